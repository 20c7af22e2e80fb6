#!/bin/sh
# Starts cryptography-wizard from the folder of this file, for example on a USB stick.
# In a folder with a manifest.json, it installs from that folder and needs no network.
[ -z "${ZSH_VERSION:-}" ] || emulate sh
minor=9 # the oldest Python 3
case $0 in
    */*) folder=$(cd "${0%/*}" && pwd) ;;
    *) folder=$PWD ;;
esac
program=$folder/cryptography-wizard.pyz

# Ends with an exit code ($1). A window that was opened by a double click stays until Return is typed.
finish() {
    if [ -z "$started_with" ] && [ -t 0 ] && [ -t 1 ]; then
        printf '\nPress Return to close this window. '
        read -r _
    fi
    exit "$1"
}

# Whether Apple's developer tools are missing: then /usr/bin/python3 only opens a window.
bare_mac() { [ "$(uname -s)" = Darwin ] && ! xcode-select -p >/dev/null 2>&1; }

new_enough() {
    place=$(command -v "$1" 2>/dev/null) || return 1 # in zsh, "path" is PATH
    if [ "${place%/*}" = /usr/bin ] && bare_mac; then return 1; fi
    "$place" -I -c "import shutil, sys; sys.exit(sys.version_info < (3, $minor))" 2>/dev/null </dev/null
}

started_with=$*
if [ ! -f "$program" ]; then
    echo "There is no cryptography-wizard.pyz in $folder: copy the whole folder." >&2
    finish 2
fi
for name in "${PYTHON:-python3}" python3 3.14 3.13 3.12 3.11 3.10 3.9 ""; do
    case $name in 3.*)
        for python in "python$name" "$HOME/.local/bin/python$name" "/opt/homebrew/bin/python$name" \
            "/usr/local/bin/python$name" "/Library/Frameworks/Python.framework/Versions/$name/bin/python$name"; do
            new_enough "$python" && break 2
        done
        continue
        ;;
    esac
    python=$name
    [ -n "$python" ] && new_enough "$python" && break
done
if [ -z "$python" ]; then
    echo "cryptography-wizard needs Python 3.$minor or newer, and found none." >&2
    if bare_mac; then
        echo "Type: xcode-select --install (Apple's tools include it), or install it from python.org." >&2
    elif [ "$(uname -s)" = Darwin ]; then
        echo "Install it from python.org, or type: brew install python" >&2
    else
        echo "Install the package python3 of your system, for example: sudo apt-get install python3" >&2
    fi
    echo "Then start this file again." >&2
    finish 3
fi
# The wizard recommends an environment in the current folder, and a stick may be read-only.
[ -n "$started_with" ] || [ -z "${HOME:-}" ] || cd "$HOME" || :
if [ -z "$started_with" ] && [ -f "$folder/manifest.json" ]; then
    "$python" "$program" --from-wheelhouse "$folder"
else
    "$python" "$program" "$@"
fi
finish $?
