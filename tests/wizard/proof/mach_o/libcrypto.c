const char OpenSSL_version_text[] = "OpenSSL 3.6.3 1 Jul 2026";
const char *OpenSSL_version(int t) { (void)t; return OpenSSL_version_text; }
