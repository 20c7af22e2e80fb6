signed() { # URL-OF-SIGNATURE FILE FINGERPRINT GPG: the file is kept only if that key signed it
    if get "$1" "$2.asc" && said=$("$4" @CHECK@ --verify "$2.asc" "$2") &&
        printf '%s\n' "$said" | grep -q "@VALID@$3"; then
        rm -f "$2.asc"
    else
        rm -f "$2" "$2.asc"
        printf '%s\n' "$2 is not signed by $3, so it was deleted." >&2
        exit 1
    fi
}
