#!/bin/sh
# What only a real Mac can tell, as a report to send.
#
#     sh tests/mac/first_look.sh [WIZARD] > report.txt
#
# WIZARD is the command of the wizard, otherwise .venv/bin/cryptography-wizard. It works in a temporary
# folder, which is removed at the end, and changes nothing else. Checks that would open a window, ask
# for a password or compile for minutes need a variable:
#
#     FIRST_LOOK=install   also ask macOS for the Command Line Tools (a window opens)
#     FIRST_LOOK=sudo      also run sudo -n, which may show Touch ID
#     FIRST_LOOK=build     also compile cryptography with the wizard's own OpenSSL
#     FIRST_LOOK=all       all of these
set -u

wizard=${1:-.venv/bin/cryptography-wizard}
wanted=${FIRST_LOOK:-}
work=$(mktemp -d "${TMPDIR:-/tmp}/first look.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
CRYPTOGRAPHY_WIZARD_STATE=$work/state
CRYPTOGRAPHY_WIZARD_CACHE=$work/cache
export CRYPTOGRAPHY_WIZARD_STATE CRYPTOGRAPHY_WIZARD_CACHE

number=0

title() {
    number=$((number + 1))
    printf '\n== %d. %s\n' "$number" "$1"
}

# Run a command with its exit code, its time in seconds, and at most 40 lines of its output.
try() {
    printf '$ %s\n' "$*"
    begin=$(date +%s)
    "$@" > "$work/output" 2>&1 < /dev/null
    code=$?
    head -n 40 "$work/output"
    printf '(exit %d, %d s)\n' "$code" "$(($(date +%s) - begin))"
}

wants() {
    case $wanted in
        all | *"$1"*) return 0 ;;
    esac
    printf 'Not tried: start with FIRST_LOOK=%s\n' "$1"
    return 1
}

title 'Which Mac this is: version, architecture, Rosetta'
try sw_vers
try env SYSTEM_VERSION_COMPAT=0 sw_vers -productVersion
try uname -a
try sysctl -n hw.optional.arm64 sysctl.proc_translated machdep.cpu.brand_string
printf 'TERM_PROGRAM=%s TERM=%s COLORTERM=%s\n' "${TERM_PROGRAM:-}" "${TERM:-}" "${COLORTERM:-}"

title 'The Command Line Tools: what xcode-select, xcrun and pkgutil say'
try xcode-select -p
if xcode-select -p > /dev/null 2>&1; then
    try xcrun clang --version
    try cc --version
fi
try pkgutil --pkg-info=com.apple.pkg.CLTools_Executables

title 'Whether xcode-select -p succeeds before the installer is done, and what a cancelled window leaves'
if wants install; then
    try xcode-select --install
    echo 'Cancel the window the first time, and click Install the second time.'
    seconds=0
    while [ "$seconds" -lt 1800 ]; do
        selected=$(xcode-select -p 2>&1)
        code=$?
        runs=no
        [ "$code" -ne 0 ] || { xcrun clang --version > /dev/null 2>&1 && runs=yes; }
        # shellcheck disable=SC2009 # the name has spaces, and pgrep of a Mac shows no names
        window=$(ps -axo comm= | grep -c 'Install Command Line Developer Tools')
        printf '%4d s: xcode-select exit %d, clang runs: %s, windows: %d, %s\n' \
            "$seconds" "$code" "$runs" "$window" "$selected"
        [ "$runs" = no ] || break
        sleep 10
        seconds=$((seconds + 10))
    done
fi

title 'The same over ssh: run this script by ssh, and compare'
printf 'SSH_CONNECTION is %s\n' "${SSH_CONNECTION:+set}"
try launchctl managername

title 'sudo without a password, and with Touch ID'
try grep -h pam_tid /etc/pam.d/sudo /etc/pam.d/sudo_local
if wants sudo; then try sudo -n true; fi

title 'How long ps, brew and port take'
try ps -axo pid=,ppid=,pgid=,comm=
if command -v brew > /dev/null; then try brew info --json=v2 --formula openssl@3 rust; fi
if command -v port > /dev/null; then try port -q installed openssl3 rust; fi

title 'Folders that macOS protects, and names that differ in case'
for folder in Desktop Documents Downloads 'Library/Mobile Documents'; do
    try ls -ld "$HOME/$folder"
    ls "$HOME/$folder" > /dev/null 2>&1 || echo "No permission to read $folder, or it is missing"
done
mkdir "$work/Case"
[ -d "$work/case" ] && echo 'Names do not differ in case' || echo 'Names differ in case'

title 'Proxies, authorities and the clipboard'
try scutil --proxy
security find-certificate -a -p /Library/Keychains/System.keychain 2> /dev/null |
    grep -c 'BEGIN CERTIFICATE'
printf 'first look' | pbcopy && try pbpaste

title "Apple's openssl.cnf"
try ls -l /private/etc/ssl
try grep -v '^#' /private/etc/ssl/openssl.cnf

title 'What the wizard sees and would do'
try "$wizard" doctor --all
try "$wizard" plan --method source

title 'A wheel, proved; the exported script, run by /bin/sh; undo'
try "$wizard" --yes --venv "$work/wheel env"
"$wizard" plan --venv "$work/script env" --format sh > "$work/plan.sh" 2> "$work/errors"
try /bin/sh "$work/plan.sh"
try "$wizard" undo --yes

title 'A build with an OpenSSL that the wizard makes, proved'
if wants build; then
    try "$wizard" --yes --method source --link static --openssl 3.5.9 --venv "$work/build env"
fi

cat <<'END'

== By hand, in Terminal.app
Start the wizard without arguments. Does F1 (with fn) open the help, and the question mark? Does a click
choose an answer? Is every colour readable in the light and in the dark profile? Does Y copy? Close the
window during a run: does `ps` still show pip?
END
