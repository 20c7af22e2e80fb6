patiently() { # SECONDS BUSY DENIED COMMAND: while it reports that another program holds a lock, try again
    limit=$1 busy=$2 denied=$3 waited=0 output=$(mktemp)
    shift 3
    while :; do
        { code=0 && { "$@" 2>&1 || code=$?; } && echo "$code" >"$output.code"; } | tee "$output"
        code=$(cat "$output.code")
        if [ "$code" -eq 0 ] || [ "$waited" -ge "$limit" ] || ! grep -Eq "$busy" "$output" ||
            { [ -n "$denied" ] && grep -Eq "$denied" "$output"; }; then
            rm -f "$output" "$output.code"
            return "$code"
        fi
        if [ "$waited" -eq 0 ]; then
            printf '%s\n' "Another program holds the lock. This waits for it, at most $limit seconds."
        fi
        sleep 5
        waited=$((waited + 5))
    done
}
