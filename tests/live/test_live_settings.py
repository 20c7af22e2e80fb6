"""Settings of pip and uv as people have them, with the real pip and uv, in homes of their own."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from packaging.version import Version

from tests.live import machine
from tests.live.command import Done, Wizard, runs_pip
from tests.live.marks import limit
from tests.live.mirror import Mirror, serving
from tests.live.terminal import Terminal
from wizard.machine import inspection

pytestmark = [pytest.mark.live, limit(300)]

BEFORE = "2026-03-01T00:00:00Z"
LAST_BEFORE = "46.0.5"
"""The newest release whose files were all published before `BEFORE`."""
PINNED = "46.0.7"
KEPT = ("PIP_CERT", "PIP_DEFAULT_TIMEOUT", "PIP_INDEX_URL", "PIP_PROXY")
"""Settings without which this machine may not reach the index."""


class House:
    """A home and a working folder of one user, and the wizard in them."""

    def __init__(self, folder: Path) -> None:
        self.wizard = Wizard.below(folder)
        self.home = folder / "home"
        self.work = self.wizard.folder
        (self.home / ".config").mkdir(parents=True)

    def variables(self, **more: str) -> dict[str, str]:
        return {
            "HOME": str(self.home),
            "XDG_CONFIG_HOME": str(self.home / ".config"),
            "XDG_CONFIG_DIRS": str(self.home / "system"),
            **more,
        }

    def pip_conf(self, text: str) -> None:
        path = self.home / ".config" / "pip" / "pip.conf"
        path.parent.mkdir()
        path.write_text(text, encoding="utf-8")

    def uv_toml(self, text: str) -> None:
        path = self.home / ".config" / "uv" / "uv.toml"
        path.parent.mkdir()
        path.write_text(text, encoding="utf-8")

    def project(self, text: str) -> None:
        path = self.work / "pyproject.toml"
        path.write_text(f'[project]\nname = "demo"\nversion = "0"\n{text}', encoding="utf-8")

    def __call__(self, *arguments: str, **variables: str) -> Done:
        return self.wizard(*arguments, env=self.variables(**variables))

    def install(self, *arguments: str, **variables: str) -> Done:
        python = () if "--python" in arguments else ("--python", machine.newest())
        return self("--yes", "--json", "--venv", "env", *python, *arguments, **variables)


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    for name in os.environ:
        if name.startswith(("PIP_", "UV_")) and name not in KEPT:
            monkeypatch.delenv(name)
    return House(tmp_path)


@pytest.fixture
def upstream() -> str:
    """The address of the index that this machine's pip uses."""
    _, source = inspection.inspect(machine.newest(), "asked")
    assert source is not None
    return source.url


needs_uv = pytest.mark.skipif(not shutil.which("uv"), reason="there is no uv here")
TOOLS = ["pip", pytest.param("uv", marks=needs_uv)]


def assert_proved(done: Done, release: str = "") -> dict[str, Any]:
    """It is installed in the environment and proved; return the plan, with its commands."""
    assert done.code == 0, done.said
    report = done.report
    assert {step["state"] for step in report["steps"]} == {"done"}
    assert report["report"]["version"] == report["plan"]["release"]
    if release:
        assert report["plan"]["release"] == release
    plan: dict[str, Any] = report["plan"]
    return {**plan, "commands": [step["command"] for step in report["steps"]]}


def notes(plan: dict[str, Any]) -> str:
    return " ".join(plan["notes"])


def packages(house: House) -> set[str]:
    folder = next((house.work / "env" / "lib").glob("python*")) / "site-packages"
    return {path.name.partition("-")[0].lower() for path in folder.glob("*.dist-info")}


# --- pip


@pytest.mark.parametrize("version", ["3.7", "3.12"])
def test_pip_s_user(version: str, house: House) -> None:
    house.pip_conf("[install]\nuser = true\n")
    plan = assert_proved(house.install("--installer", "pip", "--python", machine.need(version)))
    assert "user" in notes(plan)


@pytest.mark.parametrize("version", ["3.7", "3.12"])
def test_pip_s_places_and_systems(version: str, house: House) -> None:
    house.pip_conf(
        f"[global]\ntimeout = 60\n[install]\ntarget = {house.home}/t\nroot = {house.home}/r\n"
        "no-deps = yes\nquiet = 3\nignore-installed = 1\nplatform = win_amd64\n"
        "only-binary = :all:\n"
    )
    plan = assert_proved(
        house.install(
            *("--installer", "pip", "--python", machine.need(version)),
            PIP_PREFIX=str(house.home / "p"),
            PIP_ABI="cp39",
            PIP_DRY_RUN="1",
            PIP_REQUIRE_VIRTUALENV="1",
            PIP_PYTHON="/usr/bin/python3",
            PIP_REQUIREMENT="gone.txt",
        )
    )
    for name in ("target", "root", "prefix", "platform", "abi", "no-deps", "requirement"):
        assert name in notes(plan)
    assert not {"t", "r", "p"} & {path.name for path in house.home.iterdir()}
    assert "cffi" in packages(house)


def test_pip_compiles_nothing_that_the_plan_does_not_say(house: House) -> None:
    house.pip_conf("[global]\nno-binary = :all:\n")
    done = house.install("--installer", "pip")
    plan = assert_proved(done)
    assert "no-binary" in notes(plan)
    (log,) = house.wizard.state.glob("runs/*/logs/*-install.log")
    assert "Building wheel" not in log.read_text(encoding="utf-8")


def test_the_other_settings_of_pip_that_would_change_the_installation(house: House) -> None:
    house.pip_conf(
        "[install]\npre = true\nupgrade = true\nupgrade-strategy = eager\nforce-reinstall = true\n"
        "ignore-requires-python = true\nno-build-isolation = false\nverbose = 2\n"
        f"[global]\nlog = {house.home}/pip.log\nno-color = true\n"
    )
    plan = assert_proved(house.install("--installer", "pip"))
    assert "upgrade-strategy" in notes(plan)
    assert (house.home / "pip.log").exists()


@pytest.mark.parametrize("tool", TOOLS)
def test_a_constraint(tool: str, house: House) -> None:
    (house.work / "c.txt").write_text(f"cryptography=={PINNED}\n", encoding="utf-8")
    plan = assert_proved(house.install("--installer", tool, PIP_CONSTRAINT="c.txt"), PINNED)
    assert "c.txt, line 1" in notes(plan)
    other = house("plan", "--venv", "env2", "--release", "45.0.7", PIP_CONSTRAINT="c.txt")
    assert other.code == 3
    assert "c.txt, line 1" in other.said


@pytest.mark.parametrize("tool", TOOLS)
def test_checksums_for_all(tool: str, house: House) -> None:
    if tool == "pip":
        house.pip_conf("[install]\nrequire-hashes = true\n")
    else:
        house.uv_toml("[pip]\nrequire-hashes = true\n")
    done = house.install("--installer", tool)
    assert done.code == 3, done.said
    assert "require-hashes" in done.said
    assert not (house.work / "env").exists()
    if tool == "pip":
        assert_proved(house.install("--installer", tool, PIP_REQUIRE_HASHES="0"))


@pytest.mark.parametrize("version", ["3.9", "3.12"])
def test_pip_s_cooldown(version: str, house: House) -> None:
    """Also a pip before 26.0, which does not know it, keeps to it."""
    house.pip_conf(f"[install]\nuploaded-prior-to = {BEFORE}\n")
    python = machine.need(version)
    plan = assert_proved(house.install("--installer", "pip", "--python", python), LAST_BEFORE)
    assert "uploaded-prior-to" in notes(plan)


@needs_uv
def test_uv_keeps_to_pip_s_cooldown(house: House) -> None:
    house.pip_conf("[install]\nuploaded-prior-to = P300D\n")
    plan = assert_proved(house.install("--installer", "uv"))
    assert "uploaded-prior-to" in notes(plan)
    assert "UV_EXCLUDE_NEWER=" in plan["commands"][1]


def test_no_index_and_find_links(house: House, host_pip: tuple[str, ...]) -> None:
    wheels = house.home / "wheels"
    argv = (*host_pip, "download", "-q", "-d", str(wheels), "pip", f"cryptography=={PINNED}")
    subprocess.run(argv, check=True, timeout=120, capture_output=True)
    house.pip_conf(f"[global]\nno-index = true\nfind-links = {wheels}\nuploaded-prior-to = P1D\n")
    plan = assert_proved(house.install(), PINNED)
    assert not any("uv pip" in command for command in plan["commands"])


# --- uv


@needs_uv
@pytest.mark.parametrize("where", ["project", "user", "variable", "pip-table", "package"])
def test_uv_s_cooldown(where: str, house: House) -> None:
    line = f'exclude-newer = "{BEFORE}"\n'
    variables = {}
    if where == "project":
        house.project(f"[tool.uv]\n{line}")
    elif where == "user":
        house.uv_toml(line)
    elif where == "pip-table":
        house.uv_toml(f"[pip]\n{line}")
    elif where == "package":
        house.project(f'[tool.uv]\nexclude-newer-package = {{ cryptography = "{BEFORE}" }}\n')
    else:
        variables = {"UV_EXCLUDE_NEWER": BEFORE}
    plan = assert_proved(house.install(**variables), LAST_BEFORE)
    assert "exclude-newer" in notes(plan)
    doctor = house("doctor", "--all", **variables)
    assert f"before {BEFORE}" in " ".join(doctor.out.split())


@needs_uv
def test_uv_s_cooldown_as_a_duration(house: House) -> None:
    house.project('[tool.uv]\nexclude-newer = "300 days"\n')
    plan = assert_proved(house.install())
    assert Version(plan["release"]) >= Version("46")
    assert "exclude-newer" in notes(plan)


@needs_uv
@pytest.mark.parametrize(
    "text",
    [
        'required-version = "==0.9.*"',
        "offline = true",
        'resolution = "lowest"\nprerelease = "allow"',
        'exclude-dependencies = ["cffi"]',
        "no-binary = true",
        '[tool.uv.pip]\ntarget = "out"\nno-deps = true\nsystem = true\npython-platform = "windows"',
        'python-preference = "only-managed"',
    ],
    ids=lambda text: str(text).partition(" ")[0],
)
def test_uv_s_settings_that_would_break_a_step(text: str, house: House) -> None:
    house.project(f"[tool.uv]\n{text}\n")
    plan = assert_proved(house.install())
    assert "uv venv" in plan["commands"][0]
    assert not (house.work / "out").exists()
    assert "cffi" in packages(house)


@needs_uv
def test_uv_s_variables_that_would_break_a_step(house: House) -> None:
    plan = assert_proved(
        house.install(
            UV_OFFLINE="1",
            UV_SYSTEM_PYTHON="1",
            UV_PYTHON="/usr/bin/python3",
            UV_RESOLUTION="lowest",
            UV_NO_BINARY="1",
            UV_WORKING_DIR=str(house.home),
            UV_PROJECT=str(house.home),
        )
    )
    assert "uv venv" in plan["commands"][0]


@needs_uv
def test_uv_s_constraints_and_overrides_are_kept_without_its_files(house: House) -> None:
    house.project(
        '[tool.uv]\nrequired-version = "==0.9.*"\n'
        f'constraint-dependencies = ["cryptography=={PINNED}"]\n'
    )
    plan = assert_proved(house.install(), PINNED)
    assert runs_pip(plan["commands"][1])
    house.project(f'[tool.uv]\noverride-dependencies = ["cryptography=={LAST_BEFORE}"]\n')
    shutil.rmtree(house.work / "env")
    assert_proved(house.install(), LAST_BEFORE)


@needs_uv
def test_a_broken_file_of_uv_lets_pip_take_over(house: House) -> None:
    house.uv_toml("this is not TOML\n")
    plan = assert_proved(house.install())
    assert runs_pip(plan["commands"][1])
    assert "cannot be read" in house("plan", "--venv", "other").out


@needs_uv
def test_an_index_that_only_uv_s_settings_name(house: House, upstream: str) -> None:
    """A company's mirror in uv.toml: both tools look there, and the wizard too."""
    with serving(Mirror(upstream)) as mirror:
        house.uv_toml(f'[[index]]\nurl = "{mirror.url}/simple"\ndefault = true\n')
        assert f"{mirror.url}/simple" in house("doctor", "--json").out
        plan = assert_proved(house.install())
        assert mirror.downloads(f"cryptography-{plan['release']}") > 0


# --- the index


@pytest.mark.parametrize("tool", TOOLS)
def test_an_index_that_refuses_a_file(tool: str, house: House, upstream: str) -> None:
    with serving(
        Mirror(upstream, refuses=lambda name: name.startswith("cryptography-5"))
    ) as mirror:
        index = {"PIP_INDEX_URL": f"{mirror.url}/simple"}
        done = house.install("--installer", tool, **index)
        assert done.code == 1, done.said
        assert "refuses this file (403)" in done.said
        fix = done.report["fixes"][0]
        assert fix["id"] == "let-through"
        words = fix["run"][fix["run"].index("--yes") :]  # before: how the wizard was started
        release = words[words.index("--release") + 1]
        assert release.startswith("49.")
        assert_proved(house(*words, "--json", **index), release)


@pytest.mark.parametrize("version", ["3.9", "3.12"])
def test_a_download_that_breaks_off_starts_again(version: str, house: House, upstream: str) -> None:
    python = machine.need(version)
    with serving(Mirror(upstream, cuts=lambda name: name.startswith("cryptography-"))) as mirror:
        done = house.install(
            *("--installer", "pip", "--python", python), PIP_INDEX_URL=f"{mirror.url}/simple"
        )
        plan = assert_proved(done)
        assert mirror.downloads(f"cryptography-{plan['release']}") == 2


def test_a_failed_run_is_resumed_with_what_helps_by_one_key(house: House, upstream: str) -> None:
    with serving(
        Mirror(upstream, refuses=lambda name: name.startswith("cryptography-5"))
    ) as mirror:
        index = {"PIP_INDEX_URL": f"{mirror.url}/simple"}
        assert house.install(**index).code == 1
        variables = house.wizard.environment(**house.variables(**index, LANG="C.UTF-8"))
        with closing(Terminal(house.work, variables)) as terminal:
            terminal.type(f'{shlex.join(house.wizard.argv("resume"))}; echo "exit code $?."')
            terminal.press("Enter")
            terminal.wait("What now?")
            assert "the newest release that can be downloaded" in terminal.screen()
            terminal.press("Enter")
            terminal.wait("Start the installation?")
            terminal.press("Enter")
            terminal.wait("exit code 0.")
            assert "cryptography 49." in terminal.history()


def test_a_download_that_always_breaks_off_is_named(house: House, upstream: str) -> None:
    mirror = Mirror(upstream, cuts=lambda name: name.startswith("cryptography-"), breaks=99)
    with serving(mirror):
        done = house.install(
            *("--installer", "pip", "--python", machine.need("3.12")),
            PIP_INDEX_URL=f"{mirror.url}/simple",
        )
    assert done.code == 1
    assert "The connection broke off" in done.report["error"]["why"]
    assert "tampered" not in " ".join(done.report["error"]["hints"])
    assert [fix["title"] for fix in done.report["fixes"]] == ["Try the download again"]


@pytest.mark.parametrize("tool", TOOLS)
def test_an_index_without_dates_under_a_cooldown(tool: str, house: House, upstream: str) -> None:
    with serving(Mirror(upstream, dated=False)) as mirror:
        variables = {"PIP_INDEX_URL": f"{mirror.url}/simple"}
        name = "PIP_UPLOADED_PRIOR_TO" if tool == "pip" else "UV_EXCLUDE_NEWER"
        done = house.install("--installer", tool, **variables, **{name: "2026-10-01T00:00:00Z"})
    assert done.code == 3, done.said
    assert "the index states no dates" in done.said


@pytest.fixture
def authority(tmp_path: Path) -> tuple[str, str]:
    """A company's certificate authority, and a certificate of it for this machine, by openssl."""
    if not shutil.which("openssl"):
        pytest.skip("there is no openssl here")
    folder = tmp_path / "authority"
    folder.mkdir()

    def openssl(*words: str) -> None:
        argv = ("openssl", *words)
        subprocess.run(argv, cwd=folder, check=True, timeout=60, capture_output=True)

    key = ("-newkey", "rsa:2048", "-nodes")
    openssl(
        *("req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-days", "2"),
        *("-subj", "/CN=A company"),
    )
    openssl("req", *key, "-keyout", "key.pem", "-out", "request", "-subj", "/CN=localhost")
    (folder / "names").write_text("subjectAltName=DNS:localhost\n", encoding="utf-8")
    openssl(
        *("x509", "-req", "-in", "request", "-CA", "ca.pem", "-CAkey", "ca.key", "-days", "2"),
        *("-CAcreateserial", "-out", "cert.pem", "-extfile", "names"),
    )
    both = folder / "both.pem"
    both.write_bytes((folder / "cert.pem").read_bytes() + (folder / "key.pem").read_bytes())
    return str(folder / "ca.pem"), str(both)


def test_a_company_s_authority_in_the_system_s_store(
    house: House, upstream: str, authority: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """pip since 24.2 trusts what the system trusts, and so does the wizard."""
    python = machine.need("3.13")
    store, certificate = authority
    with serving(Mirror(upstream), certificate) as mirror:
        index = f"{mirror.url}/simple"
        mirror.page("cryptography")  # read from upstream before the store is another
        for name in ("cryptography", "pip", "cffi", "pycparser"):
            mirror.page(name)
        monkeypatch.delenv("PIP_CERT", raising=False)
        for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"):
            monkeypatch.delenv(name, raising=False)
        # A pip.conf of this machine may name certificates, instead of those of the system.
        monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
        refused = house("plan", "--python", python, PIP_INDEX_URL=index)
        assert "does not trust" in refused.said
        done = house.install(
            *("--installer", "pip", "--python", python), PIP_INDEX_URL=index, SSL_CERT_FILE=store
        )
        plan = assert_proved(done)
        assert mirror.downloads(f"cryptography-{plan['release']}") == 1


# --- secrets


def test_passwords_are_shown_nowhere(house: House, upstream: str) -> None:
    with serving(Mirror(upstream)) as mirror:
        address = mirror.url.replace("://", "://me:s3cret@")
        house.pip_conf(f"[global]\nindex-url = {address}/simple\nuser = 1\n")
        house.uv_toml(f'[[index]]\nurl = "{address}/other"\n')
        for arguments in (
            ("doctor", "--all"),
            ("doctor", "--json"),
            ("plan",),
            ("plan", "--format", "json"),
        ):
            done = house(*arguments)
            assert done.code == 0, done.said
            assert "****@" in done.out or arguments[0] == "plan"
            assert "s3cret" not in done.out + done.said
        done = house.install()
        assert_proved(done)
        assert "s3cret" not in done.out + done.said
