get() { # URL FILE
    if command -v curl >/dev/null; then curl -fsSL -o "$2" "$1"; else wget -q -O "$2" "$1"; fi
}
sha256() { # FILE
    if command -v sha256sum >/dev/null; then sha256sum <"$1"; else shasum -a 256 <"$1"; fi
}
fetch() { # URL FILE SHA256-OR-NOTHING URL-OF-SHA256: the file is kept only if its checksum is correct
    mkdir -p "$(dirname "$2")"
    wanted=$3
    if [ -z "$wanted" ]; then
        get "$4" "$2.sha256"
        wanted=$(tr -d '\r' <"$2.sha256" | tr A-F a-f)
        wanted=${wanted%%[!0-9a-f]*}
        rm -f "$2.sha256"
    fi
    get "$1" "$2.part"
    sum=$(sha256 "$2.part")
    sum=${sum%%[!0-9a-f]*}
    if [ -z "$sum" ] || [ "$sum" != "$wanted" ]; then
        rm -f "$2.part"
        printf '%s\n' "$1 is not the published file: its SHA-256 is '$sum', not '$wanted'." >&2
        exit 1
    fi
    mv "$2.part" "$2"
}
