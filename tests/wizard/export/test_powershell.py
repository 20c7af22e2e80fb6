"""Plans for PowerShell, read back by a grammar of PowerShell that others wrote.

There is no PowerShell where the tests run: what it would do is not tried here, only that it gets
the right words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import tree_sitter_powershell
from hypothesis import example, given
from hypothesis import strategies as st
from tree_sitter import Language, Node, Parser

from backends.action import (
    Action,
    CheckSignature,
    Command,
    Download,
    ExportAuthorities,
    Prove,
    RemoveFolder,
    Unpack,
    WriteFile,
)
from backends.gpg import CHECK
from tests.wizard.planned import plans
from wizard.errors import BadRequest, Exit
from wizard.export import scripts
from wizard.export.commands import command_text
from wizard.export.formats import to_powershell
from wizard.export.powershell import literal
from wizard.plan import Plan, Step, script_steps
from wizard.programs.variables import PASSED, REMOVED

PARSER = Parser(Language(tree_sitter_powershell.language()))
ODD = ["a b", "it's", "$HOME $(x) `n", "Jürgen", "‘’‚‛", "a;b|c&d", "@{x}", "%PATH%", "日本 😀"]


def read(text: str) -> Node:
    root = PARSER.parse(text.encode()).root_node
    assert not root.has_error, f"PowerShell would not read:\n{text}"
    return root


def walk(node: Node) -> Iterator[Node]:
    yield node
    for child in node.named_children:
        yield from walk(child)


def source(node: Node) -> str:
    assert node.text is not None
    return node.text.decode()


def value(node: Node) -> Any:
    """What an expression of our scripts stands for; anything else is an error."""
    while node.named_child_count == 1:
        node = node.named_children[0]
    text, parts = source(node), node.named_children
    if node.type == "verbatim_string_characters":
        return re.sub("(['‘’‚‛])(['‘’‚‛])", r"\1", text[1:-1])
    if node.type == "verbatim_here_string_characters":
        return text.partition("\n")[2].rpartition("\n")[0]
    if node.type == "additive_expression":
        left, right = map(value, parts)
        assert isinstance(left, str), "PowerShell adds to what stands on the left"
        return left + right
    if node.type == "cast_expression":
        assert source(parts[0]) == "[char]"
        return chr(int(source(parts[1]), 0))
    if node.type == "invokation_expression":
        assert text.startswith("[char]::ConvertFromUtf32(")
        return chr(int(source(parts[-1]).strip("()"), 0))
    if node.type == "comparison_expression":
        assert [source(part) for part in parts[1:]] == ["-join", '"`n"']
        whole = value(parts[0])
        return "\n".join(whole if isinstance(whole, list) else [whole])
    if node.type == "array_literal_expression":
        return [value(part) for part in parts]
    if node.type == "decimal_integer_literal":
        return int(text)
    if node.type == "if_statement":
        return f"<{text}>"
    assert node.type in ("generic_token", "command_parameter", "path_command_name_token"), node.type
    return text


def words(command: Node) -> list[Any]:
    """A command's own words: its program or function, and its arguments."""
    found = []
    for part in command.named_children:
        if part.type == "command_elements":
            found += [e for e in part.named_children if e.type != "command_argument_sep"]
        elif part.type != "command_invokation_operator":
            found.append(part)
    return [e if list(blocks(e)) else source(e) if e.type == "command_name" else value(e)
            for e in found]  # fmt: skip


def blocks(node: Node) -> Iterator[Node]:
    return (n for n in walk(node) if n.type == "script_block_expression")


def steps_of(script: str) -> list[dict[str, Any]]:
    """The parameters of each call of Invoke-Program; Run has the words of what it runs."""
    calls = []
    for node in walk(read(script)):
        if node.type != "command" or not source(node).startswith("Invoke-Program"):
            continue
        _, *rest = words(node)
        call = dict(zip((name.lstrip("-") for name in rest[::2]), rest[1::2]))
        inner = [n for n in walk(call["Run"]) if n.type == "command"]
        call["Run"] = words(inner[-1])
        calls.append(call)
    return calls


def small(*actions: Action, system: str = "windows") -> Plan:
    steps = tuple(Step(str(n), "Title", "Why.", action) for n, action in enumerate(actions))
    python = "C:\\e\\Scripts\\python.exe"
    return Plan("50.0.2", "wheel", "static", python, "C:\\e", True, steps, system=system)


def called(script: str, method: str) -> list[Any]:
    """The values of the arguments of the last call of a .NET method."""
    calls = [n for n in walk(read(script)) if n.type == "invokation_expression"]
    call = [n for n in calls if f"::{method}(" in source(n)][-1]
    arguments = next(n for n in walk(call) if n.type == "argument_expression_list")
    return [value(argument) for argument in arguments.named_children]


def first(script: str, start: str) -> Node:
    """The first command that starts so."""
    commands = (n for n in walk(read(script)) if n.type == "command")
    return next(command for command in commands if source(command).startswith(start))


def ancestors(node: Node) -> Iterator[Node]:
    above = node.parent
    while above is not None:
        yield above
        above = above.parent


@given(st.text())
@example("‘’''‚‛")
@example("ü")
@example("\n\r\t\x00")
@example("😀a")
def test_a_literal_is_read_as_it_was(text: str) -> None:
    script = literal(text)
    assert script.isascii()
    assert "\n" not in script
    assert words(first(f"f {script}", "f"))[1:] == [text]


def test_every_plan_is_powershell() -> None:
    seen = set()
    for each in plans():
        seen.add(each.method)
        script = to_powershell(each)
        assert script.isascii(), "Windows PowerShell 5.1 would read it in the system's old encoding"
        calls = [call for call in steps_of(script) if call["Run"][0] not in ("chmod", "tar")]
        steps = script_steps(each)
        commands = [s.action for s in steps if isinstance(s.action, (Command, Prove))]
        assert len(calls) == len(commands)
        for call, action in zip(calls, commands):
            if isinstance(action, Command):
                assert call["Run"][-len(action.argv) :] == list(action.argv)
            else:
                assert call["Run"] == [action.python, "-I", "-", action.release]
        for step in each.steps:
            text = command_text(step.action, "windows")
            read(f"{text}\n$null")  # the parser refuses a text of comments alone
    assert seen == {"wheel", "source"}


def test_no_program_is_called_without_a_look_at_its_exit_code() -> None:
    fetch = Download("https://files.example/x", "/c/x", sha256="0" * 64, executable=True)
    actions = (Command(("a",), root=True), fetch, Command(("b",), cwd="/d"), Prove("/p", "1"))
    script = to_powershell(small(*actions, system="linux"))
    seen = 0
    for node in walk(read(script)):
        if node.type == "command_invokation_operator":
            seen += 1
            assert any(
                above.type == "function_statement" or source(above).startswith("Invoke-Program")
                for above in ancestors(node)
                if above.type in ("function_statement", "command")
            )
    assert seen >= len(actions)
    assert "if ($Ok -notcontains $LASTEXITCODE) { throw " in script
    assert "$ErrorActionPreference = 'Stop'" in script


@pytest.mark.parametrize("odd", ODD)
def test_odd_arguments_stay_one_word(odd: str) -> None:
    command = Command(("C:\\Program Files\\x.exe", odd, f"-{odd}", f"x\\{odd}"))
    script = to_powershell(small(command))
    assert script.isascii()
    assert steps_of(script) == [{"Run": list(command.argv)}]
    assert words(first(command_text(command, "windows"), "& ")) == list(command.argv)


@pytest.mark.parametrize(
    "plain", ["venv", "-m", "--no-index", "cryptography==50.0.2", "C:\\a\\b-1"]
)
def test_plain_words_are_typed_as_they_are(plain: str) -> None:
    assert command_text(Command(("python", plain)), "windows") == f"python {plain}"


@pytest.mark.parametrize("special", ["-a.b", "-a:b", "-a=b", "", "@x", "1kb", "a,b", "*.py", "a#b"])
def test_what_powershell_would_change_is_quoted(special: str) -> None:
    assert command_text(Command(("x", special)), "windows") == f"x '{special}'"


@pytest.mark.parametrize("bad", ['say "hi"', "", "C:\\my folder\\"])
def test_what_powershell_5_cannot_pass_on_is_refused(bad: str) -> None:
    with pytest.raises(BadRequest) as caught:
        to_powershell(small(Command(("python", bad))))
    assert caught.value.code == Exit.WRONG
    assert repr(bad) in caught.value.shown
    assert "5.1" in caught.value.why


def test_variables_are_set_for_one_command() -> None:
    command = Command(
        ("x",),
        env=(("A", "it's; $x"), ("INCLUDE", "own")),
        path=("C:\\rust",),
        lists=(("LIB", "C:\\o lib"), ("LIB", "D:"), ("INCLUDE", "C:\\i")),
        unset=("GONE", "RUSTFLAGS"),
        cwd="C:\\a b",
        ok=(0, 3010),
    )
    (call,) = steps_of(to_powershell(small(command)))
    assert call["Set"] == [
        "A=it's; $x",
        "PATH=C:\\rust<if ($env:PATH) { ';' + $env:PATH }>",
        "LIB=C:\\o lib;D:<if ($env:LIB) { ';' + $env:LIB }>",
        "INCLUDE=C:\\i;own",
    ]
    assert call["Unset"] == ["GONE", "RUSTFLAGS"]
    assert call["Folder"] == "C:\\a b"
    assert call["Ok"] == [0, 3010]
    assert call["Run"] == ["x"]
    shown = command_text(command, "windows")
    read(shown)
    assert shown == (
        "Remove-Item Env:GONE -ErrorAction Ignore; Remove-Item Env:RUSTFLAGS -ErrorAction Ignore; "
        "$env:PATH = 'C:\\rust;' + $env:PATH; $env:LIB = 'C:\\o lib;D:;' + $env:LIB; "
        "$env:A = 'it''s; $x'; $env:INCLUDE = 'C:\\i;own'; "
        "Push-Location 'C:\\a b'; x; Pop-Location"
    )


def test_programs_do_not_see_what_would_send_them_elsewhere() -> None:
    script = to_powershell(small(Command(("a",), root=True), system="linux"))
    for name, names in (("$Elsewhere", REMOVED), ("$Passed", PASSED)):
        found = [n for n in walk(read(script)) if n.type == "assignment_expression"]
        made = next(n for n in found if source(n).startswith(f"{name} = "))
        assert tuple(value(next(array(made)))) == names
    assert "$gone = @($Unset) + $Elsewhere" in script


def array(node: Node) -> Iterator[Node]:
    return (
        n for n in walk(node) if n.type == "array_literal_expression" and n.named_child_count > 1
    )


def test_a_list_that_is_not_to_be_seen_starts_anew() -> None:
    command = Command(("x",), lists=(("LIB", "C:\\new"),), unset=("LIB",))
    (call,) = steps_of(to_powershell(small(command)))
    assert call["Set"] == "LIB=C:\\new"
    assert "$env:LIB = 'C:\\new'; x" in command_text(command, "windows")


def test_root_is_reached_where_there_is_such_a_thing() -> None:
    command = Command(
        ("apt-get", "-y"), env=(("A", "1"),), lists=(("LIB", "/l"),), unset=("B",), root=True
    )
    (call,) = steps_of(to_powershell(small(command, system="linux")))
    assert call["Run"] == [
        *("Invoke-AsRoot", "env", "-u", "B", "A=1"),
        *("LIB=/l<if ($env:LIB) { ':' + $env:LIB }>", "apt-get", "-y"),
    ]
    assert "Set" not in call


@pytest.mark.parametrize("text", ["", "a", "one\ntwo\n", "it's\r\n$x\n\n", "ü 😀\n", "\n\x00’"])
def test_files_are_written_as_they_are(text: str) -> None:
    write = WriteFile("C:\\Jürgen\\it's.txt", text)
    script = to_powershell(small(write))
    assert script.isascii()
    assert called(script, "CreateDirectory") == ["C:\\Jürgen"]
    assert called(script, "WriteAllText") == [write.path, text]
    assert called(command_text(write, "windows"), "WriteAllText") == [write.path, text]
    assert "\n" not in command_text(write, "windows")
    assert "-Force 'C:\\Jürgen'; " in command_text(replace(write, path="C:\\Jürgen\\a"), "windows")
    assert "New-Item" not in command_text(replace(write, path="a"), "windows")


KNOWN = Download("https://files.example/i", "C:\\n d\\i.exe", sha256="ab" * 32)
PUBLISHED = replace(KNOWN, sha256="", sha256_url="https://files.example/s")


def test_downloads_are_checked() -> None:
    script = to_powershell(small(KNOWN))
    where = ["-Url", KNOWN.url, "-Path", KNOWN.path]
    assert words(first(script, "Get-Checked -"))[1:] == [*where, "-Sum", KNOWN.sha256]
    assert "if ($found -ne $Sum)" in script
    script = to_powershell(small(PUBLISHED))
    call = first(script, "Get-Checked -")
    assert words(call)[1:] == [*where, "-SumUrl", PUBLISHED.sha256_url]


@pytest.mark.parametrize("fetch", [KNOWN, PUBLISHED], ids=["known", "published"])
def test_a_download_can_be_typed(fetch: Download) -> None:
    line = command_text(fetch, "windows")
    assert "\n" not in line
    assert words(first(line, "New-Item"))[-1] == "C:\\n d"
    wanted = ["Invoke-WebRequest", "-UseBasicParsing", fetch.url, "-OutFile", fetch.path]
    assert words(first(line, "Invoke-WebRequest")) == wanted
    sums = f"'{fetch.sha256}'" if fetch.sha256 else "((Get-Content 'C:\\n d\\i.exe.sha256' "
    assert f"if ((Get-FileHash 'C:\\n d\\i.exe').Hash -ne {sums}" in line
    assert ("'https://files.example/s' -OutFile 'C:\\n d\\i.exe.sha256'" in line) is (
        fetch is PUBLISHED
    )


@pytest.mark.parametrize(("system", "wanted"), [("windows", 0), ("linux", 1)])
def test_only_where_files_have_such_a_right_it_is_given(system: str, wanted: int) -> None:
    fetch = replace(KNOWN, path="/c/i", executable=True)
    calls = steps_of(to_powershell(small(fetch, system=system)))
    assert calls == [{"Run": ["chmod", "755", "/c/i"]}] * wanted


def test_the_proof_is_fed_to_the_python() -> None:
    script = to_powershell(small(Prove("C:\\e\\python.exe", "50.0.2"), Prove("p")))
    texts = [n for n in walk(read(script)) if n.type == "verbatim_here_string_characters"]
    assert [value(text) + "\n" for text in texts] == [scripts.proof(), scripts.proof()]
    assert scripts.proof().isascii()
    assert [call["Run"] for call in steps_of(script)] == [
        ["C:\\e\\python.exe", "-I", "-", "50.0.2"],
        ["p", "-I", "-"],  # Windows PowerShell 5.1 would lose an empty argument
    ]
    assert "$proof | & 'p'" in script


def test_a_folder_is_removed_if_it_is_there() -> None:
    remove = RemoveFolder("C:\\it's [1]")
    script = to_powershell(small(remove))
    read(script)
    path = "-LiteralPath 'C:\\it''s [1]'"
    assert f"if (Test-Path {path}) {{ Remove-Item -Recurse -Force {path} }}" in script
    assert command_text(remove, "windows") == f"Remove-Item -Recurse -Force {path}"


@pytest.mark.parametrize(("system", "tar"), [("windows", "tar.exe"), ("linux", "tar")])
def test_an_archive_is_unpacked_without_its_top_folder(system: str, tar: str) -> None:
    unpack = Unpack("C:\\it's.tar.gz", "C:\\new folder")
    script = to_powershell(small(unpack, system=system))
    assert called(script, "CreateDirectory") == ["C:\\new folder"]
    run = [tar, "-xf", "C:\\it's.tar.gz", "-C", "C:\\new folder", "--strip-components=1"]
    assert steps_of(script) == [{"Run": run}]


def test_a_line_that_unpacks() -> None:
    line = command_text(Unpack("C:\\a.tar.gz", "C:\\it's"), "windows")
    assert "New-Item -ItemType Directory -Force 'C:\\it''s'" in line
    run = ["tar.exe", "-xf", "C:\\a.tar.gz", "-C", "C:\\it's", "--strip-components=1"]
    assert words(first(line, "tar.exe")) == run


SIGNED = CheckSignature("https://o.example/it's.asc", "C:\\it's", "A" * 40, "C:\\gpg 2\\gpg.exe")


def test_a_signature_is_checked() -> None:
    fetch = Download("https://o.example/it's", "C:\\it's", sha256="0" * 64)
    script = to_powershell(small(fetch, SIGNED))
    call = words(first(script, "Confirm-Signature"))
    assert dict(zip(call[1::2], call[2::2])) == {
        "-Url": SIGNED.url,
        "-File": SIGNED.file,
        "-Signer": SIGNED.signer,
        "-Gpg": SIGNED.gpg,
    }
    asked = " ".join(f"'{word}'" for word in (*CHECK, "--verify"))
    assert f"$said = & $Gpg {asked} $signature $File\n" in script
    assert "Confirm-Signature" not in to_powershell(small(fetch))


def test_a_line_that_checks_a_signature() -> None:
    line = command_text(SIGNED, "windows")
    asked = words(first(line, "& "))
    assert asked == [SIGNED.gpg, *CHECK, "--verify", f"{SIGNED.file}.asc", SIGNED.file]
    assert f"VALIDSIG .*{SIGNED.signer}" in line
    assert "if ($LASTEXITCODE -or -not ($said -match" in line


def test_titles_and_comments_cannot_break_out() -> None:
    step = Step("s", "It's $(x) – ‘y’", "Why\nRemove-Item x", Command(("a",)))
    script = to_powershell(replace(small(), steps=(step,), environment="C:\\ü\nx"))
    assert script.isascii()
    assert words(first(script, "Write-Host"))[1:] == ["[1/1] It's $(x) – ‘y’"]
    assert "\nRemove-Item x" not in script


def test_a_preparation_says_that_more_follows() -> None:
    assert "again" in to_powershell(replace(small(), prepares=True))


def test_the_variables_of_a_plan_count_unless_the_user_has_set_some() -> None:
    variables = (("https_proxy", "http://p:1"), ("PIP_CERT", "/d/it's/ca.pem"))
    steps = (Step("a", "It's", "Why.", ExportAuthorities("/d/it's/ca.pem")),)
    made = Plan("1", "wheel", "", "/p", "/e", True, steps, system="macos", variables=variables)
    text = to_powershell(made)
    read(text)
    proxy, authorities = re.findall(r"if \(-not \((.*)\)\) \{\n    \$env:(\w+) = (.*)\n\}", text)
    assert proxy[1:] == ("https_proxy", "'http://p:1'")
    assert authorities == (
        "$env:CARGO_HTTP_CAINFO + $env:SSL_CERT_FILE + $env:PIP_CERT",
        "PIP_CERT",
        "'/d/it''s/ca.pem'",
    )
    assert "Export-Authorities -Path '/d/it''s/ca.pem'" in text
