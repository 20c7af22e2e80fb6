# Whether a variable of the user names a proxy; then those of macOS's settings do not count.
names_proxy() {
    [ -n "${https_proxy:-}${HTTPS_PROXY:-}${http_proxy:-}${all_proxy:-}${ALL_PROXY:-}" ]
}
