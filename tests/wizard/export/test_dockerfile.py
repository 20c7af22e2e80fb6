"""A plan as a Dockerfile: read by BuildKit's own parser, and judged as a reviewer would."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from tests.machines import machine, names
from tests.wizard.export.dockerfiles import Stage, stages
from tests.wizard.planned import dockerfile
from wizard.choices import Choices
from wizard.errors import Impossible, WizardError
from wizard.export import scripts

WAYS = {
    "wheel": Choices(method="wheel"),
    "source": Choices(method="source"),
    "static": Choices(method="source", link="static"),
    "built": Choices(method="source", link="static", openssl="3.5.7"),
    "built-shared": Choices(method="source", link="dynamic", openssl="3.5.7"),
    "rustup": Choices(method="source", rust="rustup"),
    "old": Choices(method="source", release="3.4.8"),
}
HADOLINT = shutil.which("hadolint", path=str(Path(sys.executable).parent))
LINUX = tuple(name for name in names() if machine(name).system.name == "linux")


@cache
def written(name: str, way: str) -> str:
    """The Dockerfile for this machine, or why there is none."""
    try:
        return dockerfile(machine(name), WAYS[way])
    except WizardError as error:
        return f"refused {error.code:d}: {error.what}"


NO_IMAGE = ("centos-7", "rhel-7", "raspberry-armv6", "raspberry-armv7")
"""Machines whose system has no image."""
IMPOSSIBLE = {
    ("debian-13", "static"),  # its static OpenSSL needs zlib and zstd
    *(("debian-13-bare", way) for way in WAYS if way != "wheel"),
    ("fedora", "static"),
    ("i686", "wheel"),
    ("pep668", "static"),
    ("pypy", "static"),
    ("rhel-8", "static"),
    ("rhel-9", "static"),
    ("riscv64", "static"),
    ("riscv64", "wheel"),
    *(
        (name, "old")  # takes OpenSSL 1.1 only
        for name in LINUX
        if name not in ("alpine-3.12", "alpine-3.16", "debian-11", "rhel-8", "ubuntu-20.04")
        if name not in NO_IMAGE
    ),
}
"""Machines with what they cannot have; ``test_every_linux_gets_one_or_is_told_why_not`` proves it.

It is listed and not found out, so that no Dockerfile is written while the tests are collected.
"""
GOOD = [
    (name, way)
    for name in LINUX
    if name not in NO_IMAGE
    for way in WAYS
    if (name, way) not in IMPOSSIBLE
]
"""All other machines, each with each way."""

each = pytest.mark.parametrize(("name", "way"), GOOD)


def both(name: str, way: str) -> tuple[Stage, Stage]:
    """The stage that builds, and the final one."""
    builder, final = stages(written(name, way))
    return builder, final


def test_every_linux_gets_one_or_is_told_why_not() -> None:
    told = {(name, way): written(name, way) for name in LINUX for way in WAYS}
    refused = {pair: text for pair, text in told.items() if text.startswith("refused")}
    assert {
        pair
        for pair, why in refused.items()
        if why.startswith("refused 2: The wizard knows no image")
    } == {(name, way) for name in NO_IMAGE for way in WAYS}
    assert {pair for pair, why in refused.items() if why.startswith("refused 3")} == IMPOSSIBLE
    assert sorted(told.keys() - refused.keys()) == sorted(GOOD)


@each
def test_it_has_two_stages_from_one_pinned_image(name: str, way: str) -> None:
    assert written(name, way).startswith("# syntax=docker/dockerfile:1\n")
    builder, final = both(name, way)
    assert (builder.name, final.name) == ("builder", "")
    assert builder.image == final.image
    image, _, tag = final.image.partition(":")
    system = machine(name).system
    assert re.fullmatch(r"[a-z0-9/]+", image)
    assert re.match(re.escape(tag), system.distribution_version)
    assert tag.count(".") >= system.distribution_version.count(".", 0, 4)
    assert "latest" not in final.image


@each
def test_the_final_stage_has_no_compiler_and_no_root(name: str, way: str) -> None:
    _, final = both(name, way)
    kinds = [each.name for each in final.instructions]
    assert kinds == ["RUN", "RUN", "COPY", "ENV", "USER", "WORKDIR", "RUN", "CMD"]
    for package in final.packages:
        assert re.fullmatch(
            r"python3?[.\d]*|libssl[\d.t]*|libcrypto[\d.]*|openssl-libs|libgcc", package
        )
    copy = final.all("COPY")[0]
    assert copy.flags == ("--from=builder",)
    assert copy.words == ("/opt/cryptography", "/opt/cryptography")
    assert final.all("ENV")[0].words == ("PATH", "/opt/cryptography/bin:$PATH")
    user = final.all("USER")[0].words[0]
    assert all(int(number) > 0 for number in user.split(":"))
    assert user.split(":")[0] in final.all("RUN")[1].script.split()
    trial = final.all("RUN")[2]
    assert trial.exec
    assert trial.words[:2] == ("python", "-c")
    compile(trial.words[2], "trial", "exec")
    assert final.all("CMD")[0].exec
    assert final.all("CMD")[0].words == ("python",)


@each
def test_the_builder_installs_one_release_exactly_and_proves_it(name: str, way: str) -> None:
    builder, _ = both(name, way)
    (install,) = (r for r in builder.all("RUN") if "cryptography==" in r.script)
    release = WAYS[way].release or r"\d+\.\d+\.\d+"
    found = re.search(
        rf"--(no|only)-binary cryptography cryptography==({release})$", install.script
    )
    assert found
    assert found[1] == ("only" if way == "wheel" else "no")
    proof = builder.instructions[-1]
    assert proof.name == "RUN"
    assert proof.words[0] == f"/opt/cryptography/bin/python -I - {found[2]} <<'PROOF'"
    assert proof.document == scripts.proof()


@each
def test_a_reviewer_finds_nothing(name: str, way: str) -> None:
    text = written(name, way)
    for never in ("HEALTHCHECK", "sudo", "doas", "latest", "chmod 777", "&& cd ", "RUN cd "):
        assert never not in text
    assert "ADD http" not in text  # a download without a checksum
    for stage in both(name, way):
        for run in stage.all("RUN"):
            for line in run.script.split("&&"):
                if "apt-get install" in line:
                    assert "apt-get update" in run.script
                    assert "-y --no-install-recommends" in line
                    assert "DEBIAN_FRONTEND=noninteractive" in line
                if "dnf install" in line:
                    assert "dnf install -y --setopt=install_weak_deps=False" in line
            if re.search("apt-get|dnf |apk ", run.script):
                assert run.mounts
                assert all(mount["sharing"] == "locked" for mount in run.mounts)
        packages = [run for run in stage.all("RUN") if re.search("apt-get|dnf |apk ", run.script)]
        assert len(packages) == 1


@pytest.mark.skipif(HADOLINT is None, reason="hadolint is there for some systems only")
def test_hadolint_finds_nothing(tmp_path: Path) -> None:
    files = []
    for text, (name, way) in {written(*each): each for each in GOOD}.items():  # each text once
        files.append(tmp_path / f"{name}-{way}")
        files[-1].write_text(text, encoding="utf-8")
    # On several cores, its collection of garbage takes more time than its work.
    done = subprocess.run(
        [str(HADOLINT), "+RTS", "-N1", "-RTS", "--no-color", *map(str, files)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stdout
    latest = tmp_path / "latest"
    latest.write_text("FROM debian:latest\nRUN sudo true\n", encoding="utf-8")
    worse = subprocess.run(
        [str(HADOLINT), "--no-color", str(latest)], capture_output=True, timeout=60, check=False
    )
    assert worse.returncode == 1  # it does look


@each
def test_the_shell_understands_every_command(name: str, way: str) -> None:
    scripts = [r.script for stage in both(name, way) for r in stage.all("RUN") if not r.exec]
    for script in scripts:
        done = subprocess.run(
            ["sh", "-n"], input=script, capture_output=True, text=True, timeout=30, check=False
        )
        assert (done.returncode, done.stderr) == (0, ""), script


@each
def test_nothing_of_the_machine_is_in_it(name: str, way: str) -> None:
    facts = machine(name)
    text = written(name, way)
    for word in (
        facts.folder,
        facts.cache,
        "/home/ada",
        "ada",
        ".pyenv",
        "****",
        f"-j{facts.system.cores} ",
    ):
        assert re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text) is None
    paths = set(
        re.findall(r"(?<![\w:/.$}])/(?:home|root|opt|var|tmp|srv|mnt|Users)/[\w./-]*", text)
    )
    places = ("/opt/cryptography", "/var/cache/", "/var/lib/apt/lists", "/home/app", "/root/.ca")
    assert all(path.startswith(places) for path in paths), paths


@pytest.mark.parametrize(
    "name",
    [
        "debian-11",
        "debian-12",
        "debian-13",
        "ubuntu-24.04",
        "fedora",
        "alpine-3.16",
        "alpine-3.22",
        "rhel-9",
    ],
)
def test_only_what_is_linked_to_openssl_needs_its_packages(name: str) -> None:
    openssl = {
        "debian-11": {"libssl1.1"},
        "debian-12": {"libssl3"},
        "debian-13": {"libssl3t64"},
        "ubuntu-24.04": {"libssl3t64"},
        "fedora": {"openssl-libs"},
        "alpine-3.16": {"libcrypto1.1", "libssl1.1"},
        "alpine-3.22": {"libcrypto3", "libssl3"},
        "rhel-9": {"openssl-libs"},
    }[name]
    way = "old" if name in ("debian-11", "alpine-3.16") else "source"
    assert openssl <= both(name, way)[1].packages
    assert not openssl & both(name, "wheel")[1].packages
    inside = [w for w in ("static", "built", "built-shared") if (name, w) in GOOD]
    assert all(not openssl & both(name, w)[1].packages for w in inside)


def test_a_wheel_needs_python_only() -> None:
    assert both("debian-13", "wheel")[0].packages == {
        "ca-certificates",
        "python3",
        "python3.13-venv",
    }
    assert both("debian-13", "wheel")[1].packages == {"python3"}
    assert both("alpine-3.22", "wheel")[0].packages == {"ca-certificates", "python3"}


def test_what_alpines_rust_has_made_needs_libgcc() -> None:
    assert "libgcc" in both("alpine-3.22", "source")[1].packages
    assert "libgcc" not in both("alpine-3.22", "wheel")[1].packages


def test_another_version_of_python_has_a_package_of_its_own() -> None:
    assert both("rhel-8", "wheel")[1].packages == {"python39"}


def test_pip_and_cargo_keep_what_they_fetch_outside_of_the_image() -> None:
    builder, _ = both("debian-13", "source")
    targets = [mount["target"] for run in builder.all("RUN") for mount in run.mounts]
    assert targets == [
        *("/var/cache/apt", "/var/lib/apt/lists", "/root/.cache/pip", "/root/.cargo/registry")
    ]
    (run,) = (r for r in both("debian-13", "rustup")[0].all("RUN") if "--no-binary" in r.script)
    assert [mount["target"] for mount in run.mounts] == ["/var/cache/wizard/rust/cargo/registry"]
    (old,) = (r for r in both("debian-11", "old")[0].all("RUN") if "--no-binary" in r.script)
    assert "CRYPTOGRAPHY_DONT_BUILD_RUST=1" in old.script
    assert old.mounts == ()


def test_rust_is_fetched_only_with_its_published_checksum() -> None:
    builder, _ = both("debian-13", "rustup")
    (fetch,) = (
        r.script for r in builder.all("RUN") if "curl" in r.script and "apt-get" not in r.script
    )
    first, second, measure, compare, last = (part.strip() for part in fetch.split("&&"))
    assert first.split()[-1] + ".sha256" == second.split()[-1]
    assert measure.startswith('sum="$(sha256sum')
    assert compare.startswith('test "${sum%% *}" = ')
    assert last == "chmod 755 /var/cache/wizard/rust/rustup-init"
    assert {"curl", "ca-certificates"} <= builder.packages
    assert "rustc" not in builder.packages


@pytest.mark.parametrize("way", ["built", "built-shared"])
def test_an_openssl_of_its_own_is_fetched_with_its_checksum_and_built_on_all_cores(
    way: str,
) -> None:
    builder, _ = both("debian-13", way)
    (add,) = builder.all("ADD")
    (flag,) = add.flags
    assert re.fullmatch(r"--checksum=sha256:[0-9a-f]{64}", flag)
    assert add.words[1] == "/var/cache/wizard/openssl/src/openssl-3.5.7.tar.gz"
    places = [each for each in builder.instructions if each.name == "WORKDIR"]
    assert places[0].words[0].startswith("/var/cache/wizard/openssl/build/3.5.7-")
    assert places[-1].words == ("/",)
    order = [each for each in builder.instructions if each.name in ("RUN", "WORKDIR")]
    pip = next(p for p, e in enumerate(order) if e.name == "RUN" and "-m venv" in e.script)
    assert order.index(places[-1]) < pip
    scripts = [run.script for run in builder.all("RUN")]
    assert any('make -j"$(nproc)" build_libs' in script for script in scripts)
    assert not any("rm -rf /var" in script for script in scripts)
    assert not any("--dry-run" in script for script in scripts)


def test_a_shared_openssl_of_its_own_is_in_the_environment_that_is_copied() -> None:
    builder, _ = both("debian-13", "built-shared")
    named, copy = builder.all("COPY")
    assert named.words[-1].endswith("/Configurations/cryptography.conf")
    assert named.document
    assert 'shlib_variant => "-cryptography"' in named.document
    assert copy.words[-1] == "/opt/cryptography/openssl/README.txt"
    assert copy.document is not None
    assert copy.document.startswith("OpenSSL 3.5.7, built by cryptography-wizard.")
    (install,) = (r for r in builder.all("RUN") if "--no-binary" in r.script)
    assert "-rpath,/opt/cryptography/openssl/lib" in install.script


def test_of_a_shared_openssl_only_what_runs_is_copied(tmp_path: Path) -> None:
    builder, _ = both("debian-13", "built-shared")
    trim, proof = builder.instructions[-2:]
    assert proof.document
    for name in ("include/openssl/ssl.h", "lib/libssl.a", "lib/pkgconfig/libssl.pc"):
        file = tmp_path / "openssl" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    (tmp_path / "openssl" / "lib" / "libssl-cryptography.so.3").touch()
    script = trim.script.replace("/opt/cryptography/", f"{tmp_path}/")
    assert trim.script.count("/opt/cryptography/openssl/") == len(trim.script.split()) - 2
    subprocess.run(("sh", "-c", script), check=True, timeout=60)
    left = [path.name for path in tmp_path.rglob("*") if path.is_file()]
    assert left == ["libssl-cryptography.so.3"]
    inside, _ = both("debian-13", "built")
    assert not any("rm -rf" in run.script for run in inside.all("RUN"))


def test_the_constraints_of_an_old_release_are_written_as_they_are() -> None:
    builder, _ = both("debian-11", "old")
    (copy,) = builder.all("COPY")
    assert copy.words == ("<<'EOF'", "/opt/cryptography/build-constraints.txt")
    assert copy.document
    assert all(re.match(r"[a-z-]+[<=>]", line) for line in copy.document.splitlines())


def test_a_company_s_index_comes_as_a_secret_and_its_mirrors_as_variables() -> None:
    text = written("proxy", "rustup")
    assert "--secret id=pip.conf" in text
    builder, final = both("proxy", "rustup")
    pips = [run for run in builder.all("RUN") if " -m pip " in run.script]
    secret = {"type": "secret", "id": "pip.conf", "target": "/etc/pip.conf"}
    assert pips
    assert all(secret in run.mounts for run in pips)
    assert builder.all("ENV")[0].words == ("RUSTUP_DIST_SERVER", "https://rust.company.example")
    assert "company" not in str(final)
    assert "secret" not in written("debian-13", "rustup")


def test_the_command_to_build_it_names_the_platform_and_the_file() -> None:
    told = "#   docker build --platform {} --tag cryptography:50.0.2 - < FILE\n"
    assert told.format("linux/amd64") in written("debian-13", "wheel")
    assert told.format("linux/riscv64") in written("riscv64", "source")
    assert told.format("linux/386") in written("i686", "source")


def test_no_value_begins_a_line_of_its_own() -> None:
    facts = machine("debian-13")
    variables = (("RUSTUP_DIST_SERVER", "https://x.example\nRUN id"),)
    with pytest.raises(Impossible, match="line break"):
        dockerfile(replace(facts, variables=variables), WAYS["rustup"])
