# Starts the wizard with the checksum $1, which needs Python 3.$2, and the other arguments on this host.
set -eu
digest=$1
minor=$2
shift 2
file=${XDG_CACHE_HOME:-$HOME/.cache}/cryptography-wizard-hosts/$digest.pyz
for python in python3 python3.14 python3.13 python3.12 python3.11 python3.10 python3.9 none; do
    if command -v "$python" >/dev/null &&
        "$python" -c "import sys; sys.exit(sys.version_info < (3, $minor))" 2>/dev/null; then
        break
    fi
done
if [ "$python" = none ]; then
    echo "there is no Python 3.$minor or newer" >&2
    exit 3
fi
# A new copy gets its name only if it is complete. Beside a whole one, somebody else is copying.
if [ ! -f "$file" ] && [ -f "$file.part" ]; then
    sum='import hashlib, sys; print(hashlib.sha256(open(sys.argv[1], "rb").read()).hexdigest())'
    if [ "$("$python" -c "$sum" "$file.part")" != "$digest" ]; then
        rm -f "$file.part"
        echo "the copy of the wizard is damaged" >&2
        exit 1
    fi
    mv -f "$file.part" "$file"
fi
exec "$python" "$file" "$@"
