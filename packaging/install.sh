#!/bin/sh
# Installs cryptography-wizard, one file, for this user. Nothing is done as root.
#
#     curl -LsSf https://cryptography-wizard.example/install.sh | sh
#     sh install.sh [--uninstall] [--help]
#
# Variables:
#     CRYPTOGRAPHY_WIZARD_FROM    an address or a folder with cryptography-wizard.pyz and SHA256SUMS
#                                 (otherwise: the folder of this file, or the address below)
#     CRYPTOGRAPHY_WIZARD_SHA256  the checksum that cryptography-wizard.pyz must have
#     CRYPTOGRAPHY_WIZARD_BIN     the folder for the command (~/.local/bin)
#     PYTHON                      the Python that runs it
#     NONINTERACTIVE=1            ask nothing
#     https_proxy, no_proxy       as curl and wget use them
#
# Everything is inside functions, so that half of this file does nothing. (In zsh, "path" is PATH.)

[ -z "${ZSH_VERSION:-}" ] || emulate sh
set -eu
self=$0
name=cryptography-wizard
file=$name.pyz
default_from=https://cryptography-wizard.example
minor=9 # the oldest Python 3
newest=14
work=

say() { printf '%s\n' "$@"; }

# Prints a path ($1) as it must be typed.
quoted() {
    case $1 in
        *[!A-Za-z0-9/._+@%-]*) printf "'%s'" "$(printf '%s' "$1" | sed "s/'/'\\\\''/g")" ;;
        *) printf '%s' "$1" ;;
    esac
}

# Ends with an exit code ($1) and an error message (the other words, one in a line).
fail() {
    code=$1
    shift
    printf '%s: ' "$name" >&2
    printf '%s\n' "$@" >&2
    exit "$code"
}

clean_up() { [ -z "$work" ] || rm -rf "$work"; }

usage() {
    say "Installs $name, one file, for this user." "" \
        "Usage: sh install.sh [--uninstall] [--help]" "" \
        "  --uninstall  remove what this has installed" "" \
        "Variables:" \
        "  CRYPTOGRAPHY_WIZARD_FROM    an address or a folder with $file and SHA256SUMS" \
        "  CRYPTOGRAPHY_WIZARD_SHA256  the checksum that $file must have" \
        "  CRYPTOGRAPHY_WIZARD_BIN     the folder for the command (~/.local/bin)" \
        "  PYTHON                      the Python that runs it (3.$minor or newer)" \
        "  NONINTERACTIVE=1            ask nothing"
}

# Whether Apple's developer tools are missing: then /usr/bin/python3 only opens a window.
bare_mac() { [ "$(uname -s)" = Darwin ] && ! xcode-select -p >/dev/null 2>&1; }

# Prints the whole path of a Python ($1) if it is new enough, not the one of an environment.
checked() {
    place=$(command -v "$1" 2>/dev/null) || return 1
    if [ "${place%/*}" = /usr/bin ] && bare_mac; then return 1; fi
    # Debian's python3-minimal has no shutil.
    "$place" -I -c "import shutil, sys
if sys.version_info < (3, $minor): sys.exit(1)
print(getattr(sys, '_base_executable', None) or sys.executable)" 2>/dev/null </dev/null
}

find_python() {
    checked python3 && return
    version=$newest
    while [ "$version" -ge "$minor" ]; do
        for folder in "" "$HOME/.local/bin/" /opt/homebrew/bin/ /usr/local/bin/ \
            "/Library/Frameworks/Python.framework/Versions/3.$version/bin/"; do
            checked "${folder}python3.$version" && return
        done
        version=$((version - 1))
    done
    checked python && return
    if command -v uv >/dev/null 2>&1; then
        place=$(uv python find --no-project ">=3.$minor" 2>/dev/null) && checked "$place" && return
    fi
    return 1
}

# Asks a question ($1) at the terminal. Without one, or with NONINTERACTIVE, the answer is yes.
agreed() {
    [ -z "${NONINTERACTIVE:-}" ] || return 0
    # Standard input is this file if it comes from a pipe.
    if ! (: </dev/tty) 2>/dev/null; then return 0; fi
    printf '%s [Y/n] ' "$1" >/dev/tty
    read -r answer </dev/tty || answer=n
    case $answer in
        "" | [Yy]*) return 0 ;;
        *) return 1 ;;
    esac
}

# Says how to get a Python on this system. With uv, gets one if the user agrees.
get_python() {
    if command -v uv >/dev/null 2>&1 && agreed "There is no Python 3.$minor or newer. Download one with uv?"; then
        say "uv python install 3.13"
        if uv python install 3.13 >&2 && python=$(find_python); then return 0; fi
    fi
    how=$(
        case $(uname -s) in
            Darwin)
                bare_mac && say "  xcode-select --install     (Apple's tools, 1 GB; click Install in the window)"
                command -v brew >/dev/null 2>&1 && say "  brew install python"
                say "  the installer from https://www.python.org/downloads/macos/"
                ;;
            *)
                for manager in "apt-get install python3" "dnf install python3" "yum install python3.11" \
                    "apk add python3" "zypper install python3" "pacman -S python" "pkg install python3"; do
                    if command -v "${manager%% *}" >/dev/null 2>&1; then
                        case $manager in pkg*) say "  $manager" ;; *) say "  sudo $manager" ;; esac
                        break
                    fi
                done
                ;;
        esac
        if command -v uv >/dev/null 2>&1; then
            say "  uv python install 3.13     (for this user only)"
        else
            say "  uv, for this user only: https://docs.astral.sh/uv/, then: uv python install 3.13"
        fi
    )
    fail 3 "It needs Python 3.$minor or newer, and found none. One of these gets it:" "" "$how" "" \
        "Then type this command again."
}

# Downloads an address ($1) into a file ($2) with the first program that can.
download() {
    export https_proxy="${https_proxy:-${HTTPS_PROXY:-}}" http_proxy="${http_proxy:-${HTTP_PROXY:-}}"
    export no_proxy="${no_proxy:-${NO_PROXY:-}}"
    [ -n "$https_proxy" ] || unset https_proxy
    [ -n "$http_proxy" ] || unset http_proxy
    [ -n "$no_proxy" ] || unset no_proxy
    : >"$work/errors"
    if command -v curl >/dev/null 2>&1; then
        curl --fail --silent --show-error --location --connect-timeout 20 --max-time 900 \
            --output "$2" "$1" 2>>"$work/errors" && return
    fi
    # BusyBox's wget does not check whose certificate it is.
    if command -v wget >/dev/null 2>&1 && ! wget --help 2>&1 | grep -q BusyBox; then
        wget -q -T 30 -t 2 -O "$2" "$1" 2>>"$work/errors" && return
        [ -s "$work/errors" ] || say "wget: the download failed" >>"$work/errors"
    fi
    "$python" -I -c 'import shutil, sys, urllib.request
try:
    with urllib.request.urlopen(sys.argv[1], timeout=30) as source, open(sys.argv[2], "wb") as target:
        shutil.copyfileobj(source, target)
except Exception as error:
    sys.exit("Python: %s" % error)' "$1" "$2" 2>>"$work/errors" && return
    sed 's/^/  /' "$work/errors" >&2
    fail 1 "$1 could not be downloaded: see the lines above." \
        "Check the network and, if you need one, the proxy: https_proxy=http://… sh install.sh" \
        "Without a network: put $file and SHA256SUMS beside install.sh."
}

# Gets a file ($1) of the release into the work folder.
get() {
    case $from in
        http://* | https://*) download "${from%/}/$1" "$work/$1" ;;
        *)
            cp "$from/$1" "$work/$1" 2>/dev/null || fail 2 "There is no $1 in $from." \
                "Copy it there: install.sh, $file and SHA256SUMS belong together."
            ;;
    esac
}

choose_source() {
    from=${CRYPTOGRAPHY_WIZARD_FROM:-}
    if [ -z "$from" ]; then
        from=$default_from
        case $self in # not if the file comes from a pipe
            */install.sh) folder=${self%/*} ;;
            install.sh) folder=$PWD ;;
            *) folder= ;;
        esac
        if [ -n "$folder" ] && [ -f "$folder/$file" ]; then from=$folder; fi
    fi
    case $from in
        http://127.0.0.1[:/]* | http://localhost[:/]*) ;;
        http://*)
            [ -n "${CRYPTOGRAPHY_WIZARD_SHA256:-}" ] ||
                say "Note: $from is not encrypted, so the checksum there proves little."
            ;;
    esac
}

# Compares the checksum of the file with the one that was stated, or is in SHA256SUMS.
check() {
    expected=${CRYPTOGRAPHY_WIZARD_SHA256:-}
    if [ -z "$expected" ]; then
        get SHA256SUMS
        expected=$(sed -n "s/^\([0-9a-fA-F]\{64\}\) [ *]$file\$/\1/p" "$work/SHA256SUMS")
        [ -n "$expected" ] || fail 3 "SHA256SUMS in $from has no checksum of $file."
    fi
    expected=$(printf '%s' "$expected" | tr 'A-F' 'a-f')
    actual=$("$python" -I -c 'import hashlib, sys
print(hashlib.sha256(open(sys.argv[1], "rb").read()).hexdigest())' "$work/$file")
    [ "$actual" = "$expected" ] || fail 3 "$file from $from is not the published file." \
        "Its SHA-256 is $actual," "it should be   $expected." \
        "The download was cut off or changed: try again, or ask who runs $from. Nothing was installed."
}

# Prints the command: it starts the file beside it with the Python that was found, or with another one.
command_lines() {
    cat <<END
#!/bin/sh
# $name, installed by install.sh
program=$(quoted "$bin/$file")
python=$(quoted "$python")
if [ ! -x "\$python" ]; then
    for python in python3 python3.14 python3.13 python3.12 python3.11 python3.10 python3.9 ""; do
        "\${python:-false}" -c 'import shutil, sys; sys.exit(sys.version_info < (3, $minor))' 2>/dev/null && break
    done
fi
[ -z "\$python" ] || exec "\$python" "\$program" "\$@"
echo "$name: its Python is gone, and no other one is 3.$minor or newer. Install it again." >&2
exit 3
END
}

install() {
    if [ "$(id -u)" = 0 ] && [ -n "${SUDO_USER:-}" ]; then
        fail 2 "Do not use sudo: it installs into your own folder." "Type it again without sudo."
    fi
    if [ -n "${PYTHON:-}" ]; then
        python=$(checked "$PYTHON") || fail 2 "PYTHON=$PYTHON is no Python 3.$minor or newer."
    else
        python=$(find_python) || get_python
    fi
    mkdir -p "$bin" 2>/dev/null || fail 2 "The folder $bin cannot be made." \
        "Choose another one: CRYPTOGRAPHY_WIZARD_BIN=FOLDER"
    work=$(mktemp -d "$bin/.$name-XXXXXX" 2>/dev/null) || fail 2 "You may not write into $bin." \
        "Choose another folder: CRYPTOGRAPHY_WIZARD_BIN=FOLDER"
    trap clean_up EXIT
    trap 'exit 130' HUP INT TERM
    choose_source
    say "Python: $python" "From:   $from"
    get "$file"
    check
    command_lines >"$work/$name" || fail 1 "$bin: the command could not be written."
    chmod 755 "$work/$name"
    version=$("$python" "$work/$file" --version) || fail 1 "$python cannot start it."
    version=$(printf '%s\n' "$version" | sed -n 1p) # the others are about its tables
    for made in "$file" "$name"; do
        [ ! -d "$bin/$made" ] || fail 2 "$bin/$made is a folder. Remove it, or choose another folder."
        mv -f "$work/$made" "$bin/$made"
    done
    say "Installed: $bin/$name ($version)"
    say_how_to_start
}

say_how_to_start() {
    found=$(command -v "$name" 2>/dev/null) || found=
    if [ "$found" = "$bin/$name" ]; then
        say "" "Start it: $name"
        return
    fi
    say "" "Start it: $(quoted "$bin/$name")"
    case :$PATH: in
        *:"$bin":*) say "Another one, $found, comes first in PATH." ;;
        *)
            case $bin in # $HOME is for the shell that reads the line
                "$HOME"/*) shown="\$HOME${bin#"$HOME"}" ;;
                *) shown=$bin ;;
            esac
            case ${SHELL:-} in # it is unset where nobody logged in
                */fish) line="fish_add_path \"$shown\"" ;;
                */zsh) line="echo 'export PATH=\"$shown:\$PATH\"' >> ~/.zshrc" ;;
                */bash) line="echo 'export PATH=\"$shown:\$PATH\"' >> ~/.bashrc" ;;
                *) line="echo 'export PATH=\"$shown:\$PATH\"' >> ~/.profile" ;;
            esac
            say "To start it by its name alone, type this, and open a new terminal:" "  $line"
            ;;
    esac
}

uninstall() {
    target=$bin/$name
    if [ ! -e "$target" ]; then
        say "$target is not there: nothing to remove."
    elif head -n 2 "$target" | grep -q 'installed by install.sh'; then
        rm -f "$target" "$bin/$file" || fail 1 "$target could not be removed."
        say "Removed: $target"
    else
        fail 2 "$target was not installed by this file, so it stays."
    fi
    case $(uname -s) in
        Darwin) cache=$HOME/Library/Caches/$name ;;
        *) cache=${XDG_CACHE_HOME:-$HOME/.cache}/$name ;;
    esac
    cache=${CRYPTOGRAPHY_WIZARD_CACHE:-$cache}
    if [ -d "$cache/program" ]; then
        rm -rf "$cache/program"
        say "Removed: $cache/program"
    fi
    say "Your environments and the records of earlier runs stay."
}

main() {
    [ -n "${HOME:-}" ] || fail 2 "HOME is not set, so there is no folder to install into."
    bin=${CRYPTOGRAPHY_WIZARD_BIN:-$HOME/.local/bin}
    case $bin in /*) ;; *) bin=$PWD/$bin ;; esac
    case ${1:-} in
        "") install ;;
        --uninstall) uninstall ;;
        --help | -h) usage ;;
        *) fail 2 "$1 is unknown. Allowed: --uninstall, --help" ;;
    esac
}

main "$@"
