"""What pip's and uv's own settings mean for a plan: limits, refusals, and how commands differ.

`backends.settings` has the rule for each setting; ``docs/settings.md`` explains them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from backends import uv
from backends.settings import OFF, PIP, UV, Rule
from wizard import invocation
from wizard.choices import Choices
from wizard.facts import Facts, PipIndex, Python, Setting
from wizard.limits import Limit
from wizard.refused import Refused
from wizard.versions import at_least
from wizard.wording import joined


@dataclass(frozen=True)
class Adjustment:
    """How the commands of a tool differ from usual, because of its settings.

    ``env`` and ``unset`` are those of `backends.action.Command`; ``no_config`` says that the tool
    must read none of its files. ``settings`` are those that do not apply because of this.
    """

    env: tuple[tuple[str, str], ...] = ()
    unset: tuple[str, ...] = ()
    no_config: bool = False
    options: tuple[str, ...] = ()
    settings: tuple[Setting, ...] = ()


def uses_uv(facts: Facts, python: Python, choices: Choices) -> bool:
    """Return whether uv may take part in the installation, so that its settings count."""
    oldest = ".".join(map(str, uv.OLDEST_PYTHON))
    return (
        choices.installer != "pip"
        and facts.tool("uv") is not None
        and at_least(python.version, oldest)
    )


def relevant(facts: Facts, python: Python, choices: Choices) -> tuple[Setting, ...]:
    """Return the settings that count for an installation with this Python.

    An installation from a wheelhouse reads none.
    """
    if choices.from_wheelhouse:
        return ()
    return (*python.settings, *(facts.settings if uses_uv(facts, python, choices) else ()))


def rule(setting: Setting) -> Rule:
    """Return the rule for a setting."""
    return (PIP if setting.tool == "pip" else UV)[setting.name]


def name_of(setting: Setting) -> str:
    """Return the setting as the subject of a sentence: ``uv's setting exclude-newer``."""
    return f"{setting.tool}'s setting {setting.name}"


def limits(settings: Iterable[Setting]) -> tuple[Limit, ...]:
    """Return the limits that settings state.

    For uv, a date for cryptography alone comes before the general one.
    """
    settings = tuple(settings)
    special = any(_is_for_cryptography(setting) for setting in settings)
    return tuple(
        Limit(
            "setting",
            name_of(setting),
            setting.specifier,
            ", ".join(part for part in (setting.source, setting.stated) if part),
            setting.before,
        )
        for setting in settings
        if (setting.specifier or setting.before)
        and not (special and setting.tool == "uv" and setting.name == "exclude-newer")
    )


def _is_for_cryptography(setting: Setting) -> bool:
    pairs = setting.value.split(", ") if setting.name == "exclude-newer-package" else ()
    return any(pair.startswith("cryptography=") for pair in pairs)


def refusal(settings: Iterable[Setting]) -> Refused | None:
    """Return why nothing can be installed under these settings, or None."""
    for setting in settings:
        if setting.tool == "pip" and setting.name == "config-file":
            return Refused(
                f"pip cannot read its settings in {setting.source}. {setting.problem}",
                hints=(
                    "Correct this file, or rename it.",
                    "To see what pip says: python -m pip config list",
                ),
            )
        if setting.problem and setting.tool == "pip":
            return Refused(
                f"{name_of(setting)} cannot be used ({setting.source}): {setting.problem}. "
                "pip itself stops there.",
                hints=(f"Correct or remove this setting: {setting.name} = {setting.value}",),
            )
        if rule(setting).handling == "refused" and is_on(setting):
            return Refused(
                f"{name_of(setting)} ({setting.source}) requires a checksum for each package, and "
                "the wizard knows none for them.",
                hints=(
                    f"To install without: {rule(setting).variable}=0 {invocation.command()}"
                    if setting.tool == "pip"
                    else "To install without uv's settings: --installer pip",
                    "With checksums: make a wheelhouse on a machine without this setting, and use "
                    "--from-wheelhouse FOLDER.",
                ),
            )
    return None


def unused(settings: Iterable[Setting]) -> Refused | None:
    """Return why uv cannot work with its settings, so that pip is used; None if it can."""
    for setting in settings:
        if setting.problem and setting.tool == "uv":
            return Refused(
                f"{name_of(setting)} ({setting.source}) cannot be used: {setting.problem}."
            )
    return None


def is_on(setting: Setting) -> bool:
    """Return whether the value changes anything."""
    value = setting.value.lower()
    harmless = rule(setting).harmless
    if setting.name == "no-build-isolation" and setting.tool == "pip":
        return value not in harmless
    return value not in OFF and value not in harmless


def changed(settings: Iterable[Setting], *handlings: str) -> tuple[Setting, ...]:
    """Return the settings with one of these handlings that would change something."""
    return tuple(s for s in settings if rule(s).handling in handlings and is_on(s))


def for_pip(python: Python) -> Adjustment | Refused:
    """Return how pip's commands must differ for a Python, or why that is not possible."""
    aside = changed(python.settings, "set aside")
    replaced = changed(python.settings, "replaced")
    env = [(rule(s).variable, rule(s).value) for s in replaced]
    index = _uv_index_for_pip(python.pip.index if python.pip else None)
    if isinstance(index, Refused):
        return index
    # The same setting under an older name (PIP_NO_DEPENDENCIES) might win over ours.
    unset = [s.source for s in replaced if _is_alias(s)]
    if not aside:
        return Adjustment((*env, *index), tuple(unset), settings=replaced)
    kept = [s for s in python.settings if s not in (*aside, *replaced) and _is_in_file(s)]
    secret = next((s for s in kept if s.secret), None)
    if secret:
        return _cannot_pass_on(aside[0], secret)
    env += [(rule(s).variable, s.value) for s in kept if s.name != "netrc"]
    nowhere = "nul" if "\\" in python.path else "/dev/null"
    return Adjustment(
        (("PIP_CONFIG_FILE", nowhere), *env, *index),
        (*(rule(s).variable for s in aside), *unset),
        no_config=True,
        settings=(*aside, *replaced),
    )


def _is_alias(setting: Setting) -> bool:
    return not _is_in_file(setting) and setting.source != rule(setting).variable


def _uv_index_for_pip(index: PipIndex | None) -> tuple[tuple[str, str], ...] | Refused:
    """Return the variables with which pip looks where uv's settings say."""
    if index is None or index.owner != "uv":
        return ()
    if index.secret:
        return Refused(
            "uv's settings name an index with a password, which pip would need as well.",
            hints=("Tell it to pip: python -m pip config set global.index-url ADDRESS",),
        )
    env = [("PIP_INDEX_URL", index.url)]
    if index.extra:
        env.append(("PIP_EXTRA_INDEX_URL", " ".join(index.extra)))
    if index.find_links:
        env.append(("PIP_FIND_LINKS", " ".join(index.find_links)))
    if index.no_index:
        env.append(("PIP_NO_INDEX", "1"))
    return tuple(env)


def for_uv(facts: Facts, python: Python) -> Adjustment | Refused:
    """Return how uv's commands must differ for a Python, or why uv cannot be used.

    uv does not read pip's settings: it gets those that say where packages come from.
    """
    broken = unused(facts.settings)
    if broken:
        return broken
    from_pip = _pip_settings_for_uv(facts, python)
    if isinstance(from_pip, Refused):
        return from_pip
    aside = [s for s in changed(facts.settings, "set aside") if not _allows_uv(facts, s)]
    if _names_an_index(python):
        aside += [s for s in facts.settings if s.name in INDEX_SETTINGS]
    replaced = changed(facts.settings, "replaced")
    env = [(rule(s).variable, rule(s).value) for s in replaced]
    if not aside:
        return Adjustment((*from_pip, *env), settings=replaced)
    options: list[str] = []
    for setting in facts.settings:
        if setting in (*aside, *replaced) or not _is_in_file(setting):
            continue
        if setting.secret:
            return _cannot_pass_on(aside[0], setting)
        if setting.name == "exclude-newer-package":
            for pair in setting.value.split(", "):
                options += ["--exclude-newer-package", pair]
        elif rule(setting).variable and not setting.source.count(", index "):
            env.append((rule(setting).variable, _passed_on(setting)))
        else:
            return _cannot_pass_on(aside[0], setting)
    return Adjustment(
        tuple({**dict(env), **dict(from_pip)}.items()),
        tuple(rule(s).variable for s in aside if rule(s).variable),
        no_config=True,
        options=tuple(options),
        settings=(*aside, *replaced),
    )


INDEX_SETTINGS = (
    *("index", "default-index", "index-url", "extra-index-url", "find-links", "no-index"),
    "index-strategy",
)
"""uv's settings that say where packages come from. They count if pip's say nothing about it."""


def _names_an_index(python: Python) -> bool:
    """Return whether pip's own settings say where packages come from."""
    index = python.pip.index if python.pip else None
    return (
        index is not None
        and index.owner == "pip"
        and bool(not index.default or index.extra or index.find_links or index.no_index)
    )


def _pip_settings_for_uv(facts: Facts, python: Python) -> tuple[tuple[str, str], ...] | Refused:
    """Return the variables with which uv follows pip's settings, or why it cannot."""
    index = python.pip.index if python.pip else None
    env: list[tuple[str, str]] = []
    if index is not None and index.owner == "pip":
        if index.secret or index.no_index:
            return Refused(
                "pip is configured in a way that uv does not support: secrets in an address, or no "
                "index."
            )
        url = "" if index.default else index.url
        env += uv.settings(url=url, extra=index.extra, find_links=index.find_links)
    for setting in python.settings:
        if setting.name == "keyring-provider" and setting.value not in ("disabled", "subprocess"):
            if setting.value != "auto":  # which is what pip does by default
                return Refused(f"uv does not support {name_of(setting)} = {setting.value}.")
        elif setting.name in _FOR_UV and setting.secret:
            return Refused(f"{name_of(setting)} has a password, which uv would need as well.")
        elif setting.name == "uploaded-prior-to":
            others = [s.before for s in facts.settings if s.before]
            env.append(("UV_EXCLUDE_NEWER", min([setting.before, *others])))
        elif setting.name == "constraint":
            files = [setting.value, *(s.value for s in facts.settings if s.name == "constraint")]
            env.append(("UV_CONSTRAINT", " ".join(files)))
        else:
            env += [(name, setting.value) for name in _FOR_UV.get(setting.name, ())]
    return tuple(env)


_FOR_UV = {
    "trusted-host": ("UV_INSECURE_HOST",),
    "cert": ("SSL_CERT_FILE",),
    "client-cert": ("SSL_CLIENT_CERT",),
    "proxy": ("HTTP_PROXY", "HTTPS_PROXY"),
    "keyring-provider": ("UV_KEYRING_PROVIDER",),
    "timeout": ("UV_HTTP_TIMEOUT",),
}
"""uv's variables for pip's settings."""


def _passed_on(setting: Setting) -> str:
    """Return the value for uv's variable, whose lists differ from those of a file."""
    return setting.value.replace(" ", ",") if setting.name == "find-links" else setting.value


def _is_in_file(setting: Setting) -> bool:
    return not setting.source.startswith(("PIP_", "UV_"))


def _allows_uv(facts: Facts, setting: Setting) -> bool:
    """Return whether this is a required version that the installed uv has."""
    tool = facts.tool("uv")
    if setting.name != "required-version" or tool is None:
        return False
    from packaging.specifiers import InvalidSpecifier, SpecifierSet  # slow to import

    text = setting.value if setting.value[:1] in "=<>!~" else f"=={setting.value}"
    try:
        return SpecifierSet(text).contains(tool.version, prereleases=True)
    except InvalidSpecifier:
        return False


def _cannot_pass_on(aside: Setting, kept: Setting) -> Refused:
    what = "has a password" if kept.secret else "can be stated only there"
    return Refused(
        f"{name_of(aside)} = {aside.value} ({aside.source}) would break the plan, and it cannot be "
        f"set aside alone: {kept.name} ({kept.source}) {what}.",
        hints=(f"Remove this setting: {aside.name} ({aside.source})",),
    )


def notes(settings: Sequence[Setting]) -> tuple[str, ...]:
    """Return the note about settings that do not apply, or none."""
    if not settings:
        return ()
    listed = "; ".join(by_source(settings, values=False))
    return (f"These settings would break the steps, so they do not apply to them: {listed}.",)


def by_source(settings: Sequence[Setting], *, values: bool = True) -> tuple[str, ...]:
    """Return one text for each place where settings are stated: ``user = true (pip.conf)``."""
    places: dict[str, list[Setting]] = {}
    for setting in settings:
        places.setdefault(f"{setting.tool}, {setting.source}", []).append(setting)
    texts = []
    for place, stated in places.items():
        shown = [f"{s.name} = {s.value}" if values else s.name for s in stated]
        texts.append(f"{joined(shown)} ({place})")
    return tuple(texts)
