"""Reading what the resolvers answer. The real ones are asked in ``tests/live``."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from wizard.facts import Pip, Python
from wizard.project import resolution
from wizard.project.contents import Contents, Stated

COMPILED = """\
cffi==1.17.1              # via cryptography
cryptography==43.0.3      # via pyopenssl, -r requirements.in
pyopenssl==24.2.1         # via -r requirements.in
"""
METADATA = """\
Metadata-Version: 2.1
Name: pyOpenSSL
Version: 24.2.1
Requires-Dist: cryptography <44,>=41.0.5
Requires-Dist: cryptography >=50 ; extra == "new"
Requires-Dist: sphinx ; extra == "docs"

cryptography is its only requirement.
"""
CONTENTS = Contents("requirement", "pyopenssl==24.2.1", "", (Stated("pyopenssl==24.2.1"),))


def fake(folder: Path, program: str) -> str:
    """Make a program that behaves as this text of Python says."""
    path = folder / "resolver"
    path.write_text(f"#!{sys.executable}\nimport sys, pathlib\nargv = sys.argv[1:]\n{program}")
    path.chmod(0o755)
    return str(path)


@pytest.mark.skipif(sys.platform == "win32", reason="a script is no program on Windows")
def test_uv_says_who_requires_cryptography(tmp_path: Path) -> None:
    uv = fake(
        tmp_path,
        "if 'compile' in argv:\n"
        f"    print({COMPILED!r})\n"
        "else:\n"
        "    target = pathlib.Path(argv[argv.index('--target') + 1], 'p.dist-info')\n"
        "    target.mkdir(parents=True)\n"
        f"    (target / 'METADATA').write_text({METADATA!r})\n",
    )
    found = resolution.resolve(CONTENTS, Python("py", "path"), uv=uv, folder=str(tmp_path))
    assert found.tool == "uv"
    assert found.versions == {"cffi": "1.17.1", "cryptography": "43.0.3", "pyopenssl": "24.2.1"}
    assert found.dependents == (("pyOpenSSL 24.2.1", "<44,>=41.0.5"),)
    assert not found.problem


@pytest.mark.skipif(sys.platform == "win32", reason="a script is no program on Windows")
def test_a_conflict_is_asked_again_without_the_limits_on_cryptography(tmp_path: Path) -> None:
    uv = fake(
        tmp_path,
        "if 'compile' in argv and '--override' in argv:\n"
        "    print('cryptography==50.0.2      # via -r requirements.in')\n"
        "elif 'compile' in argv:\n"
        "    sys.exit('No solution found')\n",
    )
    found = resolution.resolve(CONTENTS, Python("py", "path"), uv=uv, folder=str(tmp_path))
    assert found.problem == "No solution found"
    assert found.conflict
    assert found.versions == {"cryptography": "50.0.2"}
    assert found.dependents == ()


@pytest.mark.skipif(sys.platform == "win32", reason="a script is no program on Windows")
def test_an_index_that_does_not_answer_is_no_conflict(tmp_path: Path) -> None:
    uv = fake(tmp_path, "sys.exit('Failed to fetch: https://user:secret@index.example/simple')\n")
    found = resolution.resolve(CONTENTS, Python("py", "path"), uv=uv, folder=str(tmp_path))
    assert found.problem == "Failed to fetch: https://****@index.example/simple"
    assert not found.conflict


@pytest.mark.skipif(sys.platform == "win32", reason="a script is no program on Windows")
def test_pip_reports_the_requirements_of_every_package(tmp_path: Path) -> None:
    row = {
        "name": "pyOpenSSL",
        "version": "24.2.1",
        "requires_dist": ["cryptography<44,>=41.0.5", "sphinx ; extra == 'docs'"],
    }
    report = json.dumps({"install": [{"metadata": row}]})
    program = fake(
        tmp_path, f"pathlib.Path(argv[argv.index('--report') + 1]).write_text({report!r})\n"
    )
    python = Python(program, "path", version="3.11.7", pip=Pip("24.0"))
    found = resolution.resolve(CONTENTS, python, uv="", folder=str(tmp_path))
    assert found.tool == "pip"
    assert found.versions == {"pyopenssl": "24.2.1"}
    assert found.dependents == (("pyOpenSSL 24.2.1", "<44,>=41.0.5"),)


def test_without_uv_and_with_an_old_pip_nothing_is_resolved(tmp_path: Path) -> None:
    python = Python("py", "path", version="3.7.16", pip=Pip("22.0.4"))
    assert resolution.resolve(CONTENTS, python, uv="", folder=str(tmp_path)).tool == ""


@pytest.mark.skipif(sys.platform == "win32", reason="a script is no program on Windows")
def test_the_commands_of_an_application_are_in_its_wheel(tmp_path: Path) -> None:
    points = "[console_scripts]\nHttp = httpie.a:main\n[gui_scripts]\nwindow=httpie.b:main\n"
    uv = fake(
        tmp_path,
        "target = pathlib.Path(argv[argv.index('--target') + 1], 'Httpie-3.2.4.dist-info')\n"
        "target.mkdir(parents=True)\n"
        f"(target / 'entry_points.txt').write_text({points!r})\n"
        "(target / 'RECORD').write_text('../../bin/old-script,sha256=a,3\\nbin/Http,,\\n')\n",
    )
    python = Python("py", "path")
    found = resolution.commands("httpie==3.2.4", python, uv=uv, folder=str(tmp_path))
    assert found == ("Http", "old-script", "window")
    other = resolution.commands("flask==3", python, uv=uv, folder=str(tmp_path))
    assert other is None


@pytest.mark.skipif(sys.platform == "win32", reason="a script is no program on Windows")
def test_without_a_wheel_the_commands_are_not_known(tmp_path: Path) -> None:
    uv = fake(tmp_path, "sys.exit('no wheel')\n")
    python = Python("py", "path")
    assert resolution.commands("old==1", python, uv=uv, folder=str(tmp_path)) is None


UV_REFUSED = """\
error: Request failed after 3 retries in 8.9s
  cause: Failed to fetch: https://index.example/simple/pyopenssl/
  cause: error sending request for url (https://index.example/simple/pyopenssl/)
  cause: client error (Connect)
  cause: tcp connect error
  cause: Connection refused (os error 111)
"""
"""What uv 0.11 prints if nothing listens at the address of the index."""
PIP_NOTHING = """\
ERROR: Could not find a version that satisfies the requirement pyopenssl (from versions: none)
ERROR: No matching distribution found for pyopenssl
"""
"""What pip 23.2 prints without retries, whether the index answers or not."""
PIP_RETRIED = (
    "WARNING: Retrying (Retry(total=0, connect=None, read=None, redirect=None, status=None)) after "
    "connection broken by 'NewConnectionError('<pip._vendor.urllib3.connection.HTTPConnection "
    "object at 0x7fe308487f50>: Failed to establish a new connection: [Errno 111] Connection "
    f"refused')': /simple/pyopenssl/\n{PIP_NOTHING}"
)
"""The same with one retry, if nothing listens there."""


@pytest.mark.skipif(sys.platform == "win32", reason="a script is no program on Windows")
@pytest.mark.parametrize(
    ("tool", "printed", "index_problem", "unreachable"),
    [
        ("uv", UV_REFUSED, "", True),
        ("pip", PIP_RETRIED, "", True),
        ("pip", PIP_NOTHING, "The index did not answer.", True),
        ("pip", PIP_NOTHING, "", False),
        ("uv", "No solution found", "The index did not answer.", False),
    ],
)
def test_an_index_that_cannot_be_reached_is_told_from_a_conflict(
    tmp_path: Path, tool: str, printed: str, index_problem: str, *, unreachable: bool
) -> None:
    program = fake(tmp_path, f"sys.exit({printed!r})\n")
    python = Python(program, "path", pip=Pip("23.2.1"))
    found = resolution.resolve(
        CONTENTS,
        python,
        uv=program if tool == "uv" else "",
        folder=str(tmp_path),
        index_problem=index_problem,
    )
    assert found.unreachable is unreachable
    assert found.conflict is not unreachable
    assert found.problem == printed.strip()


@pytest.mark.skipif(sys.platform == "win32", reason="a script is no program on Windows")
def test_dates_for_single_packages_reach_every_call_of_uv(tmp_path: Path) -> None:
    calls = tmp_path / "calls"
    uv = fake(
        tmp_path,
        f"open({str(calls)!r}, 'a').write(' '.join(argv) + '\\n')\nprint({COMPILED!r})\n",
    )
    dates = ("--exclude-newer-package", "cryptography=2025-01-01")
    resolution.resolve(CONTENTS, Python("py", "path"), uv=uv, folder=str(tmp_path), options=dates)
    lines = calls.read_text().splitlines()
    assert len(lines) == 2
    assert all(" ".join(dates) in line for line in lines)
