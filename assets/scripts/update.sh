newest() { # NAME: the label that begins so and has the highest version, from softwareupdate's list
    sed -n "s/^ *\\* *\\(Label: *\\)*\\($1.*-\\([0-9.]*\\)\\) *\$/\\3.0.0 \\2/p" | grep -v ' beta ' |
        sort -t. -k1,1n -k2,2n -k3,3n | tail -n 1 | sed 's/^[^ ]* //'
}
update_system() { # NAME MARKER: install the newest update with this name, unless it is present
    if present; then return; fi
    touch "$2"
    label=$(softwareupdate -l | newest "$1")
    code=1
    if [ -z "$label" ]; then
        printf '%s\n' "Apple's update servers offer no $1 for this macOS." >&2
    else
        code=0
        as_root softwareupdate -i "$label" || code=$?
    fi
    rm -f "$2"
    [ "$code" -eq 0 ] || exit "$code"
}
