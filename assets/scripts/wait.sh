wait_until() { # SECONDS PATIENCE WHAT CLOSED: until ready succeeds, or possible has failed for too long
    printf '%s\n' "Waiting (at most $(($1 / 60)) minutes): $3"
    waited=0 gone=0
    until ready; do
        if possible; then gone=0; else gone=$((gone + 5)); fi
        if [ "$gone" -gt "$2" ]; then
            printf '%s\n' "$4" >&2
            exit 1
        fi
        if [ "$waited" -ge "$1" ]; then
            printf '%s\n' "This did not happen within $(($1 / 60)) minutes." >&2
            exit 1
        fi
        sleep 5
        waited=$((waited + 5))
    done
}
