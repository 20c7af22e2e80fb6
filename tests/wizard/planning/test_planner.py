"""The planner: what is planned for recorded machines."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backends.action import Command, Download, Prove, RemoveFolder, WriteFile
from backends.rustup import NO_TOOLCHAIN
from tests.machines import machine
from tests.wizard.planned import plan
from wizard.choices import Choices
from wizard.codec import from_json, to_json
from wizard.errors import Impossible, WizardError
from wizard.facts import Facts, Headers, Manager, Package, Project, Tool
from wizard.knowledge import load
from wizard.plan import SCHEMA, PackagesInstalled, Plan, beside, order

KNOWLEDGE = load()
WORKSHOP = machine("workshop")
DEBIAN = machine("debian-12")
BARE = machine("debian-13-bare")
SOURCE = Choices(method="source")


def without_uv(facts: Facts) -> Facts:
    return replace(facts, tools=tuple(t for t in facts.tools if t.name != "uv"))


def commands(made: Plan) -> dict[str, Command]:
    return {s.id: s.action for s in made.steps if isinstance(s.action, Command)}


def pythons(version: str) -> str:
    return next(p.path for p in WORKSHOP.pythons if p.version.startswith(version))


def test_a_wheel_with_uv_brings_pip_in_one_call() -> None:
    made = plan(WORKSHOP, KNOWLEDGE, Choices())
    assert [s.id for s in made.steps] == ["environment", "install", "proof"]
    assert "--seed" not in commands(made)["environment"].argv
    argv = commands(made)["install"].argv
    assert argv[1:3] == ("pip", "install")
    assert argv[-4:] == ("--only-binary", "cryptography", "pip", "cryptography==50.0.2")
    assert made.link == "static"


def test_uv_installs_no_pip_into_an_environment_that_exists() -> None:
    folder = "/home/ada/api"
    mine = replace(WORKSHOP.pythons[0], path=f"{folder}/bin/python", environment=folder)
    made = plan(replace(WORKSHOP, pythons=(mine,)), KNOWLEDGE, Choices(venv=folder))
    assert [s.id for s in made.steps] == ["install", "proof"]
    assert "pip" not in commands(made)["install"].argv[3:]


def test_a_build_has_pip_before_it_begins() -> None:
    for choices in (SOURCE, replace(SOURCE, installer="uv")):
        made = plan(WORKSHOP, KNOWLEDGE, choices)
        assert "--seed" in commands(made)["environment"].argv


def test_one_pip_brings_the_newest_pip_while_another_one_installs_the_wheel() -> None:
    made = plan(without_uv(WORKSHOP), KNOWLEDGE, Choices())
    assert [s.id for s in made.steps] == ["environment", "pip", "install", "proof"]
    assert beside(made) == ((), (), (2,), ())
    environment, install = commands(made)["environment"], commands(made)["install"]
    assert commands(made)["pip"].argv[-1] == "pip"
    assert "--without-pip" in environment.argv
    assert install.argv[:6] == (
        pythons("3.11"), "-I", "-m", "pip", "--python",
        "/home/ada/project/cryptography-env/bin/python",
    )  # fmt: skip
    assert install.argv[-6:] == (
        "install", "--no-color", "--only-binary", "cryptography", "--no-compile",
        "cryptography==50.0.2",
    )  # fmt: skip


def test_the_file_that_pip_gives_to_another_python_is_run_at_once() -> None:
    runner = "/usr/lib/python3/dist-packages/pip/__pip-runner__.py"
    python = WORKSHOP.pythons[0]
    assert python.pip is not None
    with_runner = replace(python, pip=replace(python.pip, runner=runner))
    facts = without_uv(replace(WORKSHOP, pythons=(with_runner, *WORKSHOP.pythons[1:])))
    asked = Choices(python=python.path)
    argv = commands(plan(facts, KNOWLEDGE, asked))["install"].argv
    assert argv[:3] == ("/home/ada/project/cryptography-env/bin/python", runner, "install")
    old = commands(plan(without_uv(WORKSHOP), KNOWLEDGE, asked))["install"].argv
    assert argv[3:] == old[old.index("install") + 1 :]


@pytest.mark.parametrize(
    ("version", "release"), [("3.6", "40.0.2"), ("3.7", "45.0.7"), ("3.8", "47.0.0")]
)
def test_an_old_pip_is_upgraded_first_inside_the_environment(version: str, release: str) -> None:
    facts = without_uv(WORKSHOP)
    made = plan(facts, KNOWLEDGE, Choices(python=pythons(version)))
    assert made.release == release
    if version != "3.8":
        assert [s.id for s in made.steps] == ["environment", "pip-upgrade", "install", "proof"]
        upgrade = commands(made)["pip-upgrade"].argv
        assert upgrade[0] == "/home/ada/project/cryptography-env/bin/python"
        assert upgrade[-2:] == ("--upgrade", "pip")
    assert any("50.0.2" in note for note in made.notes)


def existing(pip: str, *tags: str) -> Facts:
    """The workshop with an environment that has this pip, and without uv."""
    python = WORKSHOP.pythons[0]
    assert python.pip is not None
    old = replace(
        python,
        path="/home/ada/api/bin/python",
        environment="/home/ada/api",
        origin="asked",
        pip=replace(python.pip, version=pip, tags=tags or python.pip.tags),
    )
    return without_uv(replace(WORKSHOP, pythons=(old, *WORKSHOP.pythons)))


def test_an_environment_with_an_old_pip() -> None:
    facts = existing("19.2.3", "cp311-cp311-manylinux2010_x86_64.manylinux1_x86_64.linux_x86_64")
    made = plan(facts, KNOWLEDGE, Choices(venv="/home/ada/api"))
    assert [s.id for s in made.steps] == ["pip-upgrade", "install", "proof"]
    assert "19.3" in made.steps[0].why
    assert not made.new


@pytest.mark.parametrize(
    ("pip", "upgraded"), [("18.1", True), ("22.1.2", True), ("22.2", False), ("26.0", False)]
)
def test_an_old_pip_is_brought_up_to_date_before_it_compiles(pip: str, upgraded: bool) -> None:
    asked = replace(SOURCE, venv="/home/ada/api", openssl="3.5.7", link="static")
    made = plan(existing(pip), KNOWLEDGE, asked)
    steps = {step.id: step for step in made.steps}
    assert ("pip-upgrade" in steps) is upgraded
    assert "--dry-run" in commands(made)["crates"].argv
    for step in ("crates", "install"):
        assert ("pip-upgrade" in waits(made, step)) is upgraded
    if upgraded:
        assert f"pip {pip} is too old for a build" in steps["pip-upgrade"].why


def waits(made: Plan, step: str) -> set[str]:
    """All that a step waits for, directly or not."""
    needs = {s.id: s.needs for s in made.steps}[step]
    return set(needs).union(*(waits(made, need) for need in needs))


def test_the_same_version_is_installed_again_only_on_request() -> None:
    there = replace(
        WORKSHOP.pythons[0], path="/e/bin/python", environment="/e", origin="asked",
        cryptography="50.0.2",
    )  # fmt: skip
    facts = without_uv(replace(WORKSHOP, pythons=(there,)))
    proof = plan(facts, KNOWLEDGE, Choices(venv="/e"))
    assert ([step.id for step in proof.steps], proof.replaces) == (["proof"], "")
    older = plan(facts, KNOWLEDGE, Choices(venv="/e", release="49.0.0"))
    assert older.replaces == "50.0.2"
    assert not plan(facts, KNOWLEDGE, Choices(venv="/other")).replaces
    project = Project("app.txt", "requirements", "app.txt", requirements=("pyopenssl",))
    for_project = Choices(venv="/e", project="app.txt")
    with_project = plan(replace(facts, project=project), KNOWLEDGE, for_project)
    assert with_project.replaces == "", "nothing replaces a release by itself"
    again = Choices(venv="/e", reinstall="yes")
    argv = commands(plan(facts, KNOWLEDGE, again))["install"].argv
    assert "--force-reinstall" in argv
    assert "--no-deps" in argv


def test_source_on_debian_12_takes_the_rust_that_is_new_enough() -> None:
    made = plan(DEBIAN, KNOWLEDGE, SOURCE)
    assert [s.id for s in made.steps] == [
        "packages-refresh", "packages", "environment", "pip", "install", "proof",
    ]  # fmt: skip
    packages = commands(made)["packages"]
    assert packages.root
    wanted = ("build-essential", "pkg-config", "libssl-dev", "python3.11-dev")
    assert packages.argv[-6:] == (*wanted, "cargo-web", "rustc-web")
    assert made.steps[1].check == PackagesInstalled("apt", packages.argv[-6:])
    assert made.link == "dynamic"


def test_a_cargo_that_fetches_crates_quickly_is_preferred() -> None:
    made = plan(DEBIAN, KNOWLEDGE, replace(SOURCE, release="42.0.8"))
    assert commands(made)["packages"].argv[-2:] == ("cargo-web", "rustc-web")


def test_what_is_installed_for_is_said() -> None:
    usual = {s.id: s for s in plan(DEBIAN, KNOWLEDGE, SOURCE).steps}
    assert "and OpenSSL's files." in usual["packages"].why
    asked = replace(SOURCE, openssl="3.5.7", link="static")
    own = {s.id: s for s in plan(DEBIAN, KNOWLEDGE, asked).steps}
    assert "OpenSSL's files" not in own["packages"].why
    assert "and the tools to build OpenSSL." in own["packages"].why


def test_a_release_that_takes_older_rust_can_have_the_plain_one() -> None:
    (apt,) = DEBIAN.managers
    kept = tuple(p for p in apt.packages if "-web" not in p.name)
    facts = replace(DEBIAN, managers=(replace(apt, packages=kept),))
    made = plan(facts, KNOWLEDGE, replace(SOURCE, release="42.0.8", rust="system"))
    assert commands(made)["packages"].argv[-2:] == ("cargo", "rustc")
    assert any("with git" in note for note in made.notes)


def test_nothing_is_installed_that_is_there() -> None:
    made = plan(WORKSHOP, KNOWLEDGE, SOURCE)
    assert [s.id for s in made.steps] == ["environment", "install", "proof"]
    assert commands(made)["environment"].argv[1:3] == ("venv", "--no-progress")  # it has uv
    assert "uv makes the environment" in made.steps[1].why
    without = plan(WORKSHOP, KNOWLEDGE, replace(SOURCE, installer="pip"))
    assert [s.id for s in without.steps] == ["environment", "pip", "install", "proof"]


def test_a_source_build_is_never_a_wheel() -> None:
    install = commands(plan(WORKSHOP, KNOWLEDGE, SOURCE))["install"]
    tail = ("-v", "--no-cache-dir", "--no-binary", "cryptography", "cryptography==50.0.2")
    assert install.argv[-5:] == tail
    assert dict(install.env)["MATURIN_NO_INSTALL_RUST"] == "1"


def test_uv_compiles_where_it_is_asked_for() -> None:
    install = commands(plan(WORKSHOP, KNOWLEDGE, replace(SOURCE, installer="uv")))["install"]
    assert install.argv[1:3] == ("pip", "install")
    assert "--no-cache" in install.argv
    assert install.argv[-3:] == ("--no-binary", "cryptography", "cryptography==50.0.2")


def test_old_build_tools_are_held_by_a_constraint() -> None:
    made = plan(WORKSHOP, KNOWLEDGE, replace(SOURCE, release="41.0.7"))
    written = next(s.action for s in made.steps if isinstance(s.action, WriteFile))
    assert written.text == "setuptools<81\n"
    env = dict(commands(made)["install"].env)
    assert env["PIP_CONSTRAINT"] == env["PIP_BUILD_CONSTRAINT"] == written.path


@pytest.mark.parametrize("tool", ["pip", "uv"])
def test_a_constraint_in_a_folder_with_a_space_is_given_as_an_address(tool: Any) -> None:
    choices = replace(SOURCE, release="41.0.7", venv="/home/ada/my env/ü", installer=tool)
    made = plan(WORKSHOP, KNOWLEDGE, choices)
    written = next(s.action for s in made.steps if isinstance(s.action, WriteFile))
    assert written.path == "/home/ada/my env/ü/build-constraints.txt"
    env = dict(commands(made)["install"].env)
    names = ("UV_BUILD_CONSTRAINT",) if tool == "uv" else ("PIP_CONSTRAINT", "PIP_BUILD_CONSTRAINT")
    for name in names:
        assert env[name] == "file:///home/ada/my%20env/%C3%BC/build-constraints.txt"
    step = next(s for s in made.steps if s.id == "constraints")
    assert f"replaces your {names[0]}" in step.why


def test_a_python_newer_than_its_pyo3_gets_the_variable() -> None:
    choices = replace(SOURCE, release="42.0.8", python=pythons("3.13"))
    env = dict(commands(plan(WORKSHOP, KNOWLEDGE, choices))["install"].env)
    assert env["PYO3_USE_ABI3_FORWARD_COMPATIBILITY"] == "1"


def test_a_too_old_rust_elsewhere_does_not_win() -> None:
    old = (Tool("rustc", "/home/ada/.cargo/bin/rustc", "1.60.0", "rustup"),
           Tool("cargo", "/home/ada/.cargo/bin/cargo", "1.60.0", "rustup"))  # fmt: skip
    made = plan(replace(DEBIAN, tools=old), KNOWLEDGE, SOURCE)
    assert commands(made)["install"].path == ("/usr/bin",)


EMPTY_RUSTUP = tuple(
    Tool(name, f"/home/ada/.cargo/bin/{name}", origin="rustup", problem=NO_TOOLCHAIN)
    for name in ("rustc", "cargo")
)
"""What a build would start, and what would then end with an error: rustup without a toolchain."""
SYSTEM_RUST = tuple(
    Tool(name, f"/usr/bin/{name}", "1.95.0", "system") for name in ("rustc", "cargo")
)


@pytest.mark.parametrize("first", [EMPTY_RUSTUP, EMPTY_RUSTUP[:1], EMPTY_RUSTUP[1:]])
def test_a_rustup_without_a_toolchain_does_not_stand_before_the_rust_that_is_used(
    first: tuple[Tool, ...],
) -> None:
    made = plan(replace(DEBIAN, tools=(*first, *SYSTEM_RUST)), KNOWLEDGE, SOURCE)
    build = next(s for s in made.steps if s.id == "install")
    assert "Rust 1.95.0 (already installed)" in build.why
    assert commands(made)["install"].path == ("/usr/bin",)
    last = plan(replace(DEBIAN, tools=(*SYSTEM_RUST, *first)), KNOWLEDGE, SOURCE)
    assert commands(last)["install"].path == ()


def test_a_rustup_without_a_toolchain_does_not_stand_before_the_rust_to_be_installed() -> None:
    for first in (EMPTY_RUSTUP, EMPTY_RUSTUP[:1], EMPTY_RUSTUP[1:]):
        made = plan(replace(DEBIAN, tools=first), KNOWLEDGE, SOURCE)
        assert commands(made)["install"].path == ("/usr/bin",)


def test_a_cargo_is_not_used_if_the_compiler_beside_it_does_not_run() -> None:
    own = (replace(SYSTEM_RUST[1], path="/opt/own/cargo", origin=""),
           replace(EMPTY_RUSTUP[0], path="/opt/own/rustc", origin=""))  # fmt: skip
    made = plan(replace(DEBIAN, tools=(*own, *SYSTEM_RUST)), KNOWLEDGE, SOURCE)
    assert commands(made)["install"].path == ("/usr/bin",)


def test_no_rust_new_enough_is_refused_with_ways_out() -> None:
    apt = DEBIAN.managers[0]
    packages = tuple(p for p in apt.packages if not p.name.endswith("-web"))
    facts = replace(DEBIAN, managers=(replace(apt, packages=packages),))
    own = replace(SOURCE, rust="system")
    with pytest.raises(Impossible) as caught:
        plan(facts, KNOWLEDGE, replace(own, release="50.0.2"))
    assert "Rust 1.83" in caught.value.why
    assert "1.63" in caught.value.why
    assert any("--release" in hint for hint in caught.value.hints)
    older = plan(facts, KNOWLEDGE, own)
    assert older.release == "42.0.8"
    assert any("50.0.2" in note for note in older.notes)


def test_rustup_where_no_rust_is_new_enough() -> None:
    apt = DEBIAN.managers[0]
    packages = tuple(p for p in apt.packages if not p.name.endswith("-web"))
    facts = replace(DEBIAN, managers=(replace(apt, packages=packages),))
    made = plan(facts, KNOWLEDGE, SOURCE)
    home = f"{DEBIAN.cache}/rust"
    assert [s.id for s in made.steps if "rust" in s.id] == ["rustup", "rust", "rust-remove"]
    fetch = next(s.action for s in made.steps if s.id == "rustup")
    assert isinstance(fetch, Download)
    assert fetch.url.endswith("/rustup/dist/x86_64-unknown-linux-gnu/rustup-init")
    assert fetch.sha256_url == f"{fetch.url}.sha256"
    assert fetch.executable
    assert fetch.path.startswith(home)
    install, build = commands(made)["rust"], commands(made)["install"]
    assert not install.root
    assert install.argv[1:5] == ("-y", "--no-modify-path", "--profile", "minimal")
    assert build.path == (f"{home}/cargo/bin",)
    assert dict(build.env)["RUSTUP_HOME"] == f"{home}/rustup"
    assert dict(build.env)["CARGO_HOME"] == f"{home}/cargo"
    removed = next(s.action for s in made.steps if s.id == "rust-remove")
    assert removed == RemoveFolder(home)
    kept = plan(facts, KNOWLEDGE, replace(SOURCE, toolchain="keep"))
    assert "rust-remove" not in [s.id for s in kept.steps]


def test_rustup_comes_from_the_server_that_its_variables_name() -> None:
    mirror = (("RUSTUP_DIST_SERVER", "https://mirror.example/rust"),)
    chosen = replace(SOURCE, rust="rustup")
    made = plan(replace(DEBIAN, variables=mirror), KNOWLEDGE, chosen)
    fetch = next(s.action for s in made.steps if s.id == "rustup")
    assert isinstance(fetch, Download)
    assert fetch.url.startswith("https://mirror.example/rust/rustup/dist/")
    root = (*mirror, ("RUSTUP_UPDATE_ROOT", "https://mirror.example/up"))
    made = plan(replace(DEBIAN, variables=root), KNOWLEDGE, chosen)
    fetch = next(s.action for s in made.steps if s.id == "rustup")
    assert isinstance(fetch, Download)
    assert fetch.url.startswith("https://mirror.example/up/dist/")
    secret = (("RUSTUP_UPDATE_ROOT", "https://me:pw@mirror.example/up"),)
    with pytest.raises(Impossible) as refused:
        plan(replace(DEBIAN, variables=secret), KNOWLEDGE, chosen)
    assert "password" in refused.value.why


def test_the_users_own_cargo_configuration_is_kept() -> None:
    facts = replace(DEBIAN, cargo_config="/home/ada/.cargo/config.toml")
    made = plan(facts, KNOWLEDGE, replace(SOURCE, rust="rustup"))
    assert "CARGO_HOME" not in dict(commands(made)["install"].env)


def test_variables_that_steer_elsewhere_are_not_seen_by_the_build() -> None:
    facts = replace(DEBIAN, variables=(("OPENSSL_DIR", "/opt/old"), ("OPENSSL_STATIC", "1")))
    made = plan(facts, KNOWLEDGE, SOURCE)
    assert commands(made)["install"].unset == ("OPENSSL_DIR", "OPENSSL_STATIC")
    assert any("OPENSSL_DIR" in note for note in made.notes)


def test_libressl_is_compared_with_its_own_numbers() -> None:
    alone = replace(WORKSHOP, managers=())
    for version, fits in (("LibreSSL 4.2.1", True), ("LibreSSL 3.8.2", False)):
        facts = replace(alone, openssl=(Headers("/usr/include", version),))
        if fits:
            assert "LibreSSL 4.2.1" in plan(facts, KNOWLEDGE, SOURCE).steps[-2].why
        else:
            with pytest.raises(Impossible) as caught:
                plan(facts, KNOWLEDGE, replace(SOURCE, release="50.0.2"))
            assert "LibreSSL 4.1" in caught.value.why


def test_rust_by_rustup_is_put_on_the_path() -> None:
    path = commands(plan(WORKSHOP, KNOWLEDGE, SOURCE))["install"].path
    assert path == ("/home/ada/.cargo/bin",)


def test_the_systems_own_package_manager_comes_first() -> None:
    dnf = Manager("dnf", "/usr/bin/dnf", (Package("openssl-devel", candidate="3.2.1"),))
    for managers in ((dnf, *DEBIAN.managers), (*DEBIAN.managers, dnf)):
        steps = plan(replace(DEBIAN, managers=managers), KNOWLEDGE, SOURCE).steps
        assert "APT" in steps[0].title


def test_an_openssl_that_is_too_new_is_refused() -> None:
    with pytest.raises(Impossible) as caught:
        plan(DEBIAN, KNOWLEDGE, replace(SOURCE, release="3.4.8"))
    assert "OpenSSL" in caught.value.why


def test_empty_package_lists_are_fetched_first() -> None:
    made = plan(BARE, KNOWLEDGE, SOURCE)
    assert made.prepares
    assert [s.id for s in made.steps] == ["packages-refresh"]


def test_what_is_installed_is_no_sign_of_package_lists() -> None:
    (apt,) = BARE.managers
    there = Package("pkg-config", "1.8.1-4", "1.8.1-4")
    facts = replace(BARE, managers=(replace(apt, packages=(there,)),))
    assert plan(facts, KNOWLEDGE, SOURCE).prepares
    wheel = plan(facts, KNOWLEDGE, Choices(method="wheel"))
    assert commands(wheel)["packages"].argv[-1] == "python3.13-venv"


def test_an_interrupted_installation_is_finished_before_packages_are_installed() -> None:
    apt = DEBIAN.manager("apt")
    assert apt is not None
    unfinished = replace(DEBIAN, managers=(replace(apt, unfinished=True),))
    made = plan(unfinished, KNOWLEDGE, SOURCE)
    steps = {step.id: step for step in made.steps}
    finish = steps["packages-finish"].action
    assert isinstance(finish, Command)
    assert (finish.argv, finish.root) == (("dpkg", "--configure", "-a"), True)
    assert "packages-finish" in waits(made, "packages")
    assert "packages-finish" not in {step.id for step in plan(DEBIAN, KNOWLEDGE, SOURCE).steps}
    wheel = plan(unfinished, KNOWLEDGE, Choices(method="wheel"))
    assert not wheel.needs_root, "a wheel needs no packages"


def test_a_python_without_venv_gets_it_from_the_package_manager() -> None:
    made = plan(BARE, KNOWLEDGE, Choices(method="wheel"))
    ids = [s.id for s in made.steps]
    assert ids[:3] == ["packages-refresh", "packages", "environment"]
    assert commands(made)["packages"].argv[-1] == "python3.13-venv"
    assert made.steps[2].needs == ("packages",)


def test_all_packages_are_installed_in_one_call() -> None:
    python = replace(DEBIAN.pythons[0], pip=None, ensurepip="")
    made = plan(replace(DEBIAN, pythons=(python,)), KNOWLEDGE, SOURCE)
    argv = commands(made)["packages"].argv
    assert argv[-3:] == ("cargo-web", "rustc-web", "python3.11-venv")
    assert [s.id for s in made.steps].count("packages-refresh") == 1


def test_a_python_without_venv_and_without_root_is_refused() -> None:
    facts = replace(BARE, privilege=replace(BARE.privilege, method="none"))
    with pytest.raises(Impossible) as caught:
        plan(facts, KNOWLEDGE, Choices(method="wheel"))
    assert "python3.13-venv" in caught.value.what


def test_the_documented_tables_serve_where_the_index_was_not_asked() -> None:
    made = plan(replace(WORKSHOP, listing=None), KNOWLEDGE, Choices())
    assert made.release == "50.0.2"
    assert any("index could not be used" in note for note in made.notes)


def _is_a_good_refusal(refusal: WizardError) -> None:
    assert refusal.code in (2, 3)
    assert refusal.why or refusal.hints or refusal.shown


versions = [p.path for p in WORKSHOP.pythons if not p.problem]
releases = ["3.4", "3.4.8", "35.0.0", "38.0.4", "40.0.2", "42.0.8", "43.0.3", "46.0.7", "50.0.2"]


@settings(deadline=None, max_examples=200)
@given(
    st.sampled_from(["workshop", "debian-12", "debian-13-bare"]),
    st.sampled_from(["", *versions]),
    st.sampled_from(["", *releases]),
    st.sampled_from(["", "wheel", "source"]),
    st.sampled_from(["", "pip", "uv"]),
    st.sampled_from(["", "/tmp/a b", "/tmp/$(x)'\""]),
)
def test_every_choice_is_planned_or_refused(
    name: str, python: str, release: str, method: str, installer: str, venv: str
) -> None:
    choices = Choices(venv, python, release, method, installer=installer)  # type: ignore[arg-type]
    try:
        made = plan(machine(name), KNOWLEDGE, choices)
    except WizardError as refusal:
        _is_a_good_refusal(refusal)
        return
    assert from_json(Plan, to_json(made), source="plan", schema=SCHEMA) == made
    assert order(made)
    for step in made.steps:
        assert step.title
        assert step.why.endswith(".")
        if isinstance(step.action, Command):
            assert ":all:" not in step.action.argv
            assert step.action.root == step.id.startswith("packages")
    if made.prepares:
        return
    last = made.steps[-1].action
    assert isinstance(last, Prove)
    assert last.release == made.release
    argv = commands(made)["install"].argv
    assert argv[-1] == f"cryptography=={made.release}"
    assert ("--no-binary" in argv) == (made.method == "source")
    assert ("--only-binary" in argv) == (made.method == "wheel")


def test_the_json_plan_is_plain() -> None:
    data = json.loads(to_json(plan(WORKSHOP, KNOWLEDGE, Choices())))
    assert data["schema"] == SCHEMA
    assert data["steps"][0]["action"]["kind"] == "command"


@pytest.mark.parametrize(
    ("name", "choices", "expected"),
    [
        ("workshop", Choices(method="source"), ("3.0.19", True)),
        ("mac-arm-brew", Choices(method="source"), ("3.6.3", True)),
        ("workshop", Choices(method="source", openssl="3.5.9", link="static"), ("3.5.9", False)),
        ("workshop", Choices(method="wheel"), ("", False)),
    ],
)
def test_the_proof_expects_the_openssl_that_the_plan_names(
    name: str, choices: Choices, expected: tuple[str, bool]
) -> None:
    made = plan(machine(name), KNOWLEDGE, choices)
    (proof,) = (step.action for step in made.steps if isinstance(step.action, Prove))
    assert (proof.openssl, proof.any_patch) == expected


def test_several_indexes_are_named() -> None:
    assert WORKSHOP.listing is not None
    indexes = ("https://index.example/simple", "https://other.example/simple")
    several = replace(WORKSHOP, listing=replace(WORKSHOP.listing, indexes=indexes))
    (note,) = [n for n in plan(several, KNOWLEDGE, Choices()).notes if "Several indexes" in n]
    assert f"{indexes[0]} and {indexes[1]}" in note
    assert not [n for n in plan(WORKSHOP, KNOWLEDGE, Choices()).notes if "Several indexes" in n]
