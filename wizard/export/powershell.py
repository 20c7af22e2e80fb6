"""Commands and plans for PowerShell: Windows PowerShell 5.1 and PowerShell 7, on any system.

The two treat a program's arguments differently. The workarounds come from "about_Quoting_Rules" at
Microsoft, "about_Parsing" and "about_Preference_Variables". The tests parse the scripts with a
PowerShell grammar, but do not run them in PowerShell.
"""

from __future__ import annotations

import ntpath
import re
from collections.abc import Callable, Iterable, Sequence
from functools import singledispatch

from backends import gpg, pip
from backends.action import (
    CheckSignature,
    Command,
    Download,
    ExportAuthorities,
    Prove,
    RecordPackages,
    RemoveFolder,
    Seal,
    SystemUpdate,
    UnknownAction,
    Unpack,
    Wait,
    WriteFile,
    WriteManifest,
)
from wizard import invocation
from wizard.errors import BadRequest
from wizard.export import scripts
from wizard.export.shell import notes_comment, plan_title
from wizard.openssl_archive import SIGNATURE
from wizard.plan import Plan, script_steps
from wizard.programs import keychain, variables
from wizard.wording import wrap

_PROGRAM = re.compile(r"[A-Za-z][\w\\/:.-]*", re.ASCII)
_BARE = re.compile(r"[A-Za-z][\w\\/:.=+-]*", re.ASCII)
_DASHED = re.compile(r"--?[A-Za-z][A-Za-z-]*", re.ASCII)
_QUOTES = "'\u2018\u2019\u201a\u201b"
"""PowerShell also accepts typographic quotes as single quotes."""


def command_text(command: Command) -> str:
    """Return a command as a user types it; its variables stay set in that window."""
    before = [f"Remove-Item Env:{name} -ErrorAction Ignore" for name in command.unset]
    values = dict(command.env)
    for name, folders in variables.folder_lists(command).items():
        value = values.pop(name, None)
        front = ";".join(folders)
        if value is None and name not in command.unset:
            before.append(f"$env:{name} = {_quoted(front + ';')} + $env:{name}")
        else:
            values[name] = ";".join((front, *([value] if value else [])))
    before += [f"$env:{name} = {_quoted(value)}" for name, value in values.items()]
    call = " ".join([_program(command.argv[0]), *map(_argument, command.argv[1:])])
    if command.cwd:
        return "; ".join([*before, f"Push-Location {_quoted(command.cwd)}", call, "Pop-Location"])
    return "; ".join([*before, call])


@singledispatch
def action_text(action: object) -> str:
    """Return an action as one line of PowerShell that a user can type.

    Raises UnknownAction.
    """
    raise UnknownAction(action, "PowerShell command")


@action_text.register(Command)
def _command_line(action: Command) -> str:
    return command_text(action)


@action_text.register(Wait)
def _wait_line(action: Wait) -> str:
    checks = [
        " ".join((_program(program), *map(_argument, rest))) for program, *rest in action.checks
    ]
    if not action.alive:  # nothing may ever change, so that a loop might not end
        return "; ".join(checks)
    tests = "".join(f"{check}; if ($?) {{ " for check in checks)
    ends = " }" * len(action.checks)
    return f"while ($true) {{ {tests}break{ends}; Start-Sleep 5 }}"


@action_text.register(SystemUpdate)
def _update_line(action: SystemUpdate) -> str:
    marker, pattern = _quoted(action.marker), _quoted(rf"\*\s+(?:Label:\s*)?({action.name}.*)")
    return "; ".join(
        (
            f"$null = New-Item -ItemType File -Force {marker}",
            f"$labels = softwareupdate -l | Select-String {pattern}",
            "softwareupdate -i $labels[-1].Matches[0].Groups[1].Value",
            f"Remove-Item {marker}",
        )
    )


@action_text.register(Download)
def _download_line(action: Download) -> str:
    path = _quoted(action.path)
    expected = _quoted(action.sha256)
    get = "Invoke-WebRequest -UseBasicParsing"
    lines = [
        f"$null = New-Item -ItemType Directory -Force {_quoted(ntpath.dirname(action.path))}",
        f"{get} {_quoted(action.url)} -OutFile {path}",
    ]
    if not action.sha256:
        sums = _quoted(f"{action.path}.sha256")
        lines.append(f"{get} {_quoted(action.sha256_url)} -OutFile {sums}")
        expected = f"((Get-Content {sums} -TotalCount 1) -split '\\s+')[0]"
    lines.append(
        f"if ((Get-FileHash {path}).Hash -ne {expected}) "
        f"{{ Remove-Item {path}; throw 'The checksum is wrong.' }}"
    )
    return "; ".join(lines)


@action_text.register(CheckSignature)
def _signature_line(action: CheckSignature) -> str:
    signature = f"{action.file}{SIGNATURE}"
    program, *rest = gpg.verify(action.gpg, signature, action.file).argv
    get = "Invoke-WebRequest -UseBasicParsing"
    return "; ".join(
        (
            f"{get} {_quoted(action.url)} -OutFile {_quoted(signature)}",
            f"$said = & {_quoted(program)} {' '.join(map(_argument, rest))}",
            f"if ($LASTEXITCODE -or -not ($said -match {_quoted(gpg.VALID + action.signer)})) "
            f"{{ Remove-Item {_quoted(action.file)}; throw 'The signature is wrong.' }}",
        )
    )


@action_text.register(Unpack)
def _unpack_line(action: Unpack) -> str:
    words = (action.archive, "-C", action.folder, "--strip-components=1")
    make_folder = f"$null = New-Item -ItemType Directory -Force {_quoted(action.folder)}"
    return f"{make_folder}; {_tar('windows')} -xf {' '.join(map(_argument, words))}"


@action_text.register(Seal)
def _seal_line(action: Seal) -> str:
    return f"# {_comment(action.title)} is in {_comment(action.folder)}: the wizard records this"


@action_text.register(WriteManifest)
def _manifest_line(action: WriteManifest) -> str:
    return "; ".join(_copy_wheels(action, _quoted))


@action_text.register(WriteFile)
def _file_line(action: WriteFile) -> str:
    folder = ntpath.dirname(action.path)
    make_folder = (
        f"$null = New-Item -ItemType Directory -Force {_quoted(folder)}; " if folder else ""
    )
    return make_folder + _write_file_command(action)


@action_text.register(ExportAuthorities)
def _authorities_line(action: ExportAuthorities) -> str:
    """Return one line that, unlike a script, does not ask macOS about each certificate."""
    folder = _quoted(ntpath.dirname(action.path))
    make_folder = f"$null = New-Item -ItemType Directory -Force {folder}"
    export = " ".join(map(_argument, keychain.EXPORT[1:]))
    call = f"{_program(keychain.EXPORT[0])} {export}"
    return f"{make_folder}; {call} | Set-Content {_quoted(action.path)}"


@action_text.register(RecordPackages)
def _record_line(action: RecordPackages) -> str:
    first, *others = scripts.import_words(action)
    return " ".join(("&", _quoted(first), *map(_argument, others)))


@action_text.register(Prove)
def _proof_line(action: Prove) -> str:
    program, *more = invocation.words()
    return " ".join((_program(program), *map(_argument, (*more, "verify", action.python))))


@action_text.register(RemoveFolder)
def _remove_line(action: RemoveFolder) -> str:
    return f"Remove-Item -Recurse -Force -LiteralPath {_quoted(action.path)}"


def to_powershell(plan: Plan) -> str:
    """Return the plan as a PowerShell script. If a step fails, the script stops.

    It is ASCII, because Windows PowerShell 5.1 reads a file without a byte order mark in the
    system's legacy encoding. Raises BadRequest if a program gets an argument that 5.1 cannot pass
    on.
    """
    steps = script_steps(plan)
    actions = [step.action for step in steps]
    lines = [
        f"# {_comment(plan_title(plan))}",
        "# Written by cryptography-wizard. Run it with:",
        "#     powershell -ExecutionPolicy Bypass -File FILE.ps1",
        *notes_comment(plan, _comment),
        *scripts.script("start.ps1", REMOVED=_name_list(variables.REMOVED)).splitlines(),
        *("", *scripts.script("invoke.ps1").splitlines()),
    ]
    for group in variables.groups(plan.variables):
        own = " + ".join(f"$env:{name}" for name in group.own)
        settings = [f"$env:{name} = {literal(value)}" for name, value in group.pairs]
        if not group.own:
            lines += ["", f"# {group.what}.", *settings]
            continue
        lines += ["", f"# {group.what}, which these programs do not read."]
        lines.append(f"if (-not ({own})) {{")
        lines += [*(f"    {setting}" for setting in settings), "}"]
    if any(step.needs_root for step in steps):
        passed = _name_list(variables.PASSED)
        lines += ["", *scripts.script("as-root.ps1", PASSED=passed).splitlines()]
    if any(isinstance(action, (Wait, SystemUpdate)) for action in actions):
        lines += ["", *scripts.script("wait.ps1").splitlines()]
    if any(isinstance(action, SystemUpdate) for action in actions):
        lines += ["", *scripts.script("update.ps1").splitlines()]
    if any(isinstance(action, Download) for action in actions):
        lines += ["", *scripts.script("fetch.ps1").splitlines()]
    if any(isinstance(action, CheckSignature) for action in actions):
        check = "' '".join(gpg.CHECK)
        signed = scripts.script("signed.ps1", CHECK=check, VALID=gpg.VALID)
        lines += ["", *signed.splitlines()]
    if any(isinstance(action, ExportAuthorities) for action in actions):
        paths = {"ROOTS": keychain.ROOTS, "SYSTEM": keychain.SYSTEM}
        lines += ["", *scripts.script("export-authorities.ps1", **paths).splitlines()]
    for number, step in enumerate(steps, 1):
        title = f"[{number}/{len(steps)}] {step.title}"
        lines += ["", f"# {_comment(step.why)}", f"Write-Host {literal(title)}"]
        lines += script_lines(step.action, plan.system)
    if plan.prepares:
        lines += ["", "Write-Host 'Now make the plan again to see the remaining steps.'"]
    return "\n".join(lines) + "\n"


def literal(text: str, *, ascii_only: bool = True) -> str:
    """Return an expression for exactly this text, on one line.

    Line breaks and other control characters, and with ``ascii_only`` everything that is not ASCII,
    are written as numbers; an expression of several pieces is in parentheses.
    """
    special = r"[^\x20-\x7e]" if ascii_only else r"[\x00-\x1f\x7f]"
    pieces = []
    for piece in re.split(f"({special})", text):
        if re.fullmatch(special, piece):
            code = ord(piece)
            code_point = f"[char]::ConvertFromUtf32(0x{code:x})"
            pieces.append(code_point if code > 0xFFFF else f"[char]0x{code:x}")
        elif piece or not pieces:  # the first is always a string: the rest is added to it
            pieces.append(_single_quoted(piece))
    return pieces[0] if len(pieces) == 1 else f"({' + '.join(pieces)})"


def _single_quoted(text: str) -> str:
    return "'" + re.sub(f"[{_QUOTES}]", r"\g<0>\g<0>", text) + "'"


def _name_list(names: Sequence[str]) -> str:
    """Return the inside of a quoted list of names, on several lines."""
    words = ", ".join(f"'{name}'" for name in names)
    return "\n".join(wrap(words, 90, first="    ", rest="    ")).strip()[1:-1]


def _quoted(text: str) -> str:
    return literal(text, ascii_only=False)


def _argument(text: str) -> str:
    """Return an argument to type, unquoted if possible."""
    # PowerShell would split -a.b and -a:b in two.
    pattern = _DASHED if text.startswith("-") else _BARE
    return text if pattern.fullmatch(text) else _quoted(text)


def _program(text: str) -> str:
    return text if _PROGRAM.fullmatch(text) else f"& {_quoted(text)}"


@singledispatch
def script_lines(action: object, _system: str) -> list[str]:
    """Return an action as lines of a script for this system.

    Raises UnknownAction, and BadRequest if a program gets an argument that PowerShell 5.1 cannot
    pass on.
    """
    raise UnknownAction(action, "lines of a PowerShell script")


@script_lines.register(Command)
def _command_script(action: Command, system: str) -> list[str]:
    pairs = _variable_expressions(action, ";" if system == "windows" else ":")
    words = ["Invoke-Program"]
    call = f"& {_arguments(action.argv)}"
    if action.root and system != "windows":
        unset = [word for name in action.unset for word in ("-u", name)]
        prefix = [*map(literal, unset), *pairs]
        call = " ".join(
            ["Invoke-AsRoot", *(["'env'", *prefix] if prefix else []), _arguments(action.argv)]
        )
    else:
        words += [f"-Set {', '.join(pairs)}"] if pairs else []
        words += [f"-Unset {', '.join(map(literal, action.unset))}"] if action.unset else []
    if action.cwd:
        words.append(f"-Folder {literal(action.cwd)}")
    if action.ok != (0,):
        words.append(f"-Ok {', '.join(map(str, action.ok))}")
    return [" ".join([*words, f"-Run {{ {call} }}"])]


@script_lines.register(Wait)
def _wait_script(action: Wait, _system: str) -> list[str]:
    checks = ", ".join(f"{{ & {_arguments(words)} }}" for words in action.checks)
    words = ["Wait-Until", f"-Seconds {action.seconds:.0f}", f"-Patience {action.patience:.0f}"]
    words += [f"-What {literal(action.what)}", f"-Closed {literal(action.closed)}"]
    words += [f"-Ready {checks}"]
    words += [f"-Alive {{ {f'& {_arguments(action.alive)}' if action.alive else '$null'} }}"]
    return [" ".join(words)]


@script_lines.register(SystemUpdate)
def _update_script(action: SystemUpdate, _system: str) -> list[str]:
    present = f"& {_arguments(action.present)}" if action.present else "throw 'unknown'"
    words = ["Install-Update", f"-Name {literal(action.name)}", f"-Marker {literal(action.marker)}"]
    return [" ".join([*words, f"-Present {{ {present} }}"])]


@script_lines.register(Download)
def _download_script(action: Download, system: str) -> list[str]:
    words = ["Get-Checked", f"-Url {literal(action.url)}", f"-Path {literal(action.path)}"]
    if action.sha256:
        words.append(f"-Sum {literal(action.sha256)}")
    else:
        words.append(f"-SumUrl {literal(action.sha256_url)}")
    lines = [" ".join(words)]
    if action.executable and system != "windows":
        lines.append(f"Invoke-Program -Run {{ & {_arguments(('chmod', '755', action.path))} }}")
    return lines


@script_lines.register(CheckSignature)
def _signature_script(action: CheckSignature, _system: str) -> list[str]:
    words = ["Confirm-Signature", f"-Url {literal(action.url)}", f"-File {literal(action.file)}"]
    words += [f"-Signer {literal(action.signer)}", f"-Gpg {literal(action.gpg)}"]
    return [" ".join(words)]


@script_lines.register(Unpack)
def _unpack_script(action: Unpack, system: str) -> list[str]:
    words = (_tar(system), "-xf", action.archive, "-C", action.folder, "--strip-components=1")
    make_folder = f"$null = [System.IO.Directory]::CreateDirectory({literal(action.folder)})"
    return [make_folder, f"Invoke-Program -Run {{ & {_arguments(words)} }}"]


@script_lines.register(Seal)
def _seal_script(action: Seal, _system: str) -> list[str]:
    return [f"# {_comment(action.title)} is complete."]


@script_lines.register(WriteManifest)
def _manifest_script(action: WriteManifest, _system: str) -> list[str]:
    return [*_copy_wheels(action, literal), f"# {scripts.NO_MANIFEST}"]


@script_lines.register(WriteFile)
def _file_script(action: WriteFile, _system: str) -> list[str]:
    folder = literal(ntpath.dirname(action.path))
    make_folder = f"$null = [System.IO.Directory]::CreateDirectory({folder})"
    return [make_folder, _write_file_command(action, ascii_only=True)]


@script_lines.register(ExportAuthorities)
def _authorities_script(action: ExportAuthorities, _system: str) -> list[str]:
    return [f"Export-Authorities -Path {literal(action.path)}"]


@script_lines.register(RecordPackages)
def _record_script(action: RecordPackages, _system: str) -> list[str]:
    return _piped(scripts.record_words(action), scripts.packages())


@script_lines.register(Prove)
def _proof_script(action: Prove, _system: str) -> list[str]:
    words = pip.python(action.python, "-", *((action.release,) if action.release else ()))
    lines = _piped(words, scripts.proof())
    if action.packages:
        lines += _piped(scripts.compare_words(action), scripts.packages())
    return lines


def _piped(words: Sequence[str], program: str) -> list[str]:
    """Return the lines that run a program for Python, which it reads from standard input."""
    # A here-string, piped as ASCII in every PowerShell.
    return [
        *("$OutputEncoding = [System.Text.Encoding]::ASCII", "$proof = @'"),
        *(*program.splitlines(), "'@"),
        f"Invoke-Program -Run {{ $proof | & {_arguments(words)} }}",
    ]


@script_lines.register(RemoveFolder)
def _remove_script(action: RemoveFolder, _system: str) -> list[str]:
    path = literal(action.path)
    return [
        f"if (Test-Path -LiteralPath {path}) {{ Remove-Item -Recurse -Force -LiteralPath {path} }}"
    ]


def _variable_expressions(command: Command, separator: str) -> list[str]:
    """Return ``NAME=value`` for each variable of the command, as expressions."""
    values = dict(command.env)
    lists = []
    for name, folders in variables.folder_lists(command).items():
        front = f"{name}={separator.join(folders)}"
        if name in values:
            lists.append(literal(f"{front}{separator}{values.pop(name)}"))
        elif name in command.unset:
            lists.append(literal(front))
        else:
            # An empty entry at the end of a list would mean the working folder.
            rest = f"$(if ($env:{name}) {{ '{separator}' + $env:{name} }})"
            lists.append(f'({literal(front)} + "{rest}")')
    return [*(literal(f"{name}={value}") for name, value in values.items()), *lists]


def _arguments(words: Sequence[str]) -> str:
    for word in words:
        if '"' in word or not word or (re.search(r"\s", word) and word.endswith("\\")):
            raise BadRequest(
                "This plan cannot be written for PowerShell.",
                shown=f"{words[0]} gets the argument {word!r}",
                why="Windows PowerShell 5.1 changes this argument when it passes it on.",
                hints=(
                    "Choose a folder without a quotation mark, and without a backslash at its end.",
                ),
            )
    return " ".join(map(literal, words))


def _copy_wheels(action: WriteManifest, quoted: Callable[[str], str]) -> tuple[str, str]:
    folder = quoted(action.folder)
    return (
        f"$null = New-Item -ItemType Directory -Force {folder}",
        f"Get-ChildItem -LiteralPath {quoted(action.wheels)} -Filter *.whl"
        f" | Copy-Item -Destination {folder}",
    )


def _tar(system: str) -> str:
    """Return the program tar; Windows has it since version 1803 (Microsoft's documentation)."""
    return "tar.exe" if system == "windows" else "tar"


def _write_file_command(action: WriteFile, *, ascii_only: bool = False) -> str:
    """Write UTF-8 without a byte order mark, which Set-Content of 5.1 cannot do."""
    pieces: Iterable[str] = (literal(x, ascii_only=ascii_only) for x in action.text.split("\n"))
    text = f'(({", ".join(pieces)}) -join "`n")'
    return f"[System.IO.File]::WriteAllText({literal(action.path, ascii_only=ascii_only)}, {text})"


def _comment(text: str) -> str:
    """Return text that cannot end the comment it is in."""
    return " ".join(text.split()).encode("ascii", "replace").decode("ascii")
