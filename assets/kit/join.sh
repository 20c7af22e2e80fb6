#!/bin/sh
# Starts the wizard of a workshop with the packages of the workshop's own index.
set -eu
base=@BASE@
host=@HOST@
sha256=@SHA256@
workshop=@WORKSHOP@

fail() {
    printf 'join: %s\n' "$@" >&2
    exit 3
}

folder=${CRYPTOGRAPHY_WORKSHOP:-${HOME:-}/cryptography-workshop}
[ "$folder" != /cryptography-workshop ] || fail "HOME is not set, so there is no folder for the workshop."
file=$folder/cryptography-wizard.pyz

new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 9))' 2>/dev/null; }

find_python() {
    for name in python3 python3.14 python3.13 python3.12 python3.11 python3.10 python3.9; do
        place=$(command -v "$name") || continue # in zsh, "path" is PATH
        # On a new Mac, this one only opens a window.
        if [ "$place" = /usr/bin/python3 ] && [ "$(uname -s)" = Darwin ]; then
            xcode-select -p >/dev/null 2>&1 || continue
        fi
        if new_enough "$place"; then
            printf '%s\n' "$place"
            return
        fi
    done
    return 1
}

python=$(find_python) || fail "Python 3.9 or newer is needed, and was not found." \
    "On a Mac: xcode-select --install. On Debian and Ubuntu: sudo apt-get install python3-venv"
mkdir -p "$folder"
# Python downloads and compares the checksum: it is there, and curl may not be.
"$python" - "$base" "$file" "$sha256" "$workshop" <<'END' || fail "The wizard could not be downloaded."
import hashlib, os, sys, urllib.request

base, file, sha256, workshop = sys.argv[1:]
direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def get(name):
    with direct.open(base + "/" + name, timeout=60) as answer:
        return answer.read()


try:
    data = get("cryptography-wizard.pyz")
    extra = get(workshop) if workshop else b""
except OSError as error:
    sys.exit("join: %s does not answer: %s" % (base, getattr(error, "reason", error)))
if hashlib.sha256(data).hexdigest() != sha256:
    sys.exit("join: the downloaded file is not the one of the workshop. Try again.")
with open(file + ".part", "wb") as target:
    target.write(data)
os.replace(file + ".part", file)
if workshop:
    with open(os.path.join(os.path.dirname(file), workshop), "wb") as target:
        target.write(extra)
END

PIP_INDEX_URL=$base/simple
PIP_CONFIG_FILE=/dev/null
PIP_TRUSTED_HOST=$host
NO_PROXY=$host${NO_PROXY:+,$NO_PROXY}
no_proxy=$NO_PROXY
export PIP_INDEX_URL PIP_CONFIG_FILE PIP_TRUSTED_HOST NO_PROXY no_proxy
# Words of the user are added. Only what they name themselves, or another command, comes instead.
venv=--venv
for word; do
    case $word in
    --venv | --venv=*) venv= ;;
    --for | --for=*) workshop= ;;
    esac
done
case ${1--} in
-*)
    [ -z "$venv" ] || set -- --venv "$folder/cryptography-env" "$@"
    [ -z "$workshop" ] || set -- --for "$folder/$workshop" "$@"
    [ -t 0 ] && [ -t 1 ] || set -- --yes "$@"
    ;;
esac
exec "$python" "$file" "$@"
