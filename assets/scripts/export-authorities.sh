trusted() { # FILE: append each certificate from standard input to FILE, if macOS trusts it for TLS
    while IFS= read -r line; do
        if [ "$line" = '-----BEGIN CERTIFICATE-----' ]; then : >"$1.one"; fi
        printf '%s\n' "$line" >>"$1.one"
        if [ "$line" = '-----END CERTIFICATE-----' ] &&
            security verify-cert -c "$1.one" -p ssl -l -L -q </dev/null; then
            cat "$1.one" >>"$1"
        fi
    done
    rm -f "$1.one"
}
export_authorities() { # FILE: write Apple's authorities, and those of an administrator
    mkdir -p "$(dirname "$1")"
    security find-certificate -a -p '@ROOTS@' >"$1.part"
    security find-certificate -a -p '@SYSTEM@' >"$1.all"
    trusted "$1.part" <"$1.all"
    rm -f "$1.all"
    mv "$1.part" "$1"
}
