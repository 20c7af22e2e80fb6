"""The settings of pip and uv that decide what is installed, where, from what, or whether.

Each has a rule that says what the wizard does about it. pip's names are those of ``pip install``
and of pip's guide "Configuration", uv's those of its reference "Settings" and of ``uv help``.
``docs/settings.md`` explains each of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Handling = Literal["kept", "limit", "replaced", "set aside", "refused"]
"""What the wizard does about a setting.

- ``kept``: the tool uses it as always, and the wizard too, where it matters to the plan;
- ``limit``: the same, and it limits which releases are offered;
- ``replaced``: our commands give another value, because this one would break the plan;
- ``set aside``: no other value can be given, so our commands do not read the settings where it is;
- ``refused``: the wizard does not install against it.
"""


@dataclass(frozen=True)
class Rule:
    """The rule for one setting.

    ``value`` is the value that our commands give instead (``replaced``). ``variable`` is the
    environment variable with the same meaning, or empty if the tool has none; without it, the
    setting cannot be passed on while others are set aside. ``harmless`` are the lower-case values
    that change nothing, in addition to those that mean off.
    """

    name: str
    handling: Handling
    variable: str = ""
    value: str = ""
    harmless: tuple[str, ...] = ()


ON = ("y", "yes", "t", "true", "on", "1")
OFF = ("n", "no", "f", "false", "off", "0")
"""The words that pip and uv read as true and as false."""


def _pip(handling: Handling, *names: str, value: str = "") -> tuple[Rule, ...]:
    return tuple(Rule(name, handling, pip_variable(name), value) for name in names)


def pip_variable(name: str) -> str:
    """Return the environment variable for a setting of pip."""
    return f"PIP_{name.upper().replace('-', '_')}"


PIP: dict[str, Rule] = {
    rule.name: rule
    for rule in (
        *_pip("kept", "index-url", "extra-index-url", "find-links", "no-index", "trusted-host"),
        *_pip("kept", "cert", "client-cert", "proxy", "timeout", "retries", "resume-retries"),
        *_pip("kept", "keyring-provider", "netrc", "cache-dir", "no-cache-dir", "only-binary"),
        *_pip("kept", "prefer-binary", "build-constraint", "config-settings", "log", "report"),
        *_pip("kept", "use-feature", "use-deprecated", "break-system-packages", "no-color"),
        *_pip("limit", "constraint", "uploaded-prior-to"),
        *_pip("refused", "config-file"),
        *_pip("refused", "require-hashes"),
        *_pip("replaced", "user", "dry-run", "no-deps", "only-deps", "pre", value="0"),
        *_pip("replaced", "ignore-installed", "force-reinstall", "upgrade", value="0"),
        *_pip("replaced", "require-virtualenv", "ignore-requires-python", value="0"),
        *_pip("replaced", "quiet", "verbose", value="0"),
        # pip reads this value the other way round: yes means isolation, no means none (measured
        # with 18.1 to 26.3).
        Rule("no-build-isolation", "replaced", "PIP_NO_BUILD_ISOLATION", "1", harmless=ON),
        Rule(
            "upgrade-strategy",
            "replaced",
            "PIP_UPGRADE_STRATEGY",
            "only-if-needed",
            harmless=("only-if-needed",),
        ),
        *_pip("replaced", "no-binary", "all-releases", value=":none:"),
        *_pip("set aside", "target", "prefix", "root", "python", "platform", "python-version"),
        *_pip("set aside", "implementation", "abi", "requirement", "requirements-from-script"),
        *_pip("set aside", "editable", "group", "global-option", "build-option", "install-option"),
    )
}
"""pip's settings. ``netrc`` is the file with passwords that pip reads, not an option of it, and
``config-file`` a file with settings that pip cannot read."""

UV: dict[str, Rule] = {
    rule.name: rule
    for rule in (
        Rule("index", "kept", "UV_INDEX"),
        Rule("default-index", "kept", "UV_DEFAULT_INDEX"),
        Rule("index-url", "kept", "UV_INDEX_URL"),
        Rule("extra-index-url", "kept", "UV_EXTRA_INDEX_URL"),
        Rule("find-links", "kept", "UV_FIND_LINKS"),
        Rule("no-index", "kept", "UV_NO_INDEX"),
        Rule("index-strategy", "kept", "UV_INDEX_STRATEGY"),
        Rule("keyring-provider", "kept", "UV_KEYRING_PROVIDER"),
        Rule("allow-insecure-host", "kept", "UV_INSECURE_HOST"),
        Rule("system-certs", "kept", "UV_SYSTEM_CERTS"),
        Rule("native-tls", "kept", "UV_NATIVE_TLS"),
        Rule("http-timeout", "kept", "UV_HTTP_TIMEOUT"),
        Rule("cache-dir", "kept", "UV_CACHE_DIR"),
        Rule("no-cache", "kept", "UV_NO_CACHE"),
        Rule("link-mode", "kept", "UV_LINK_MODE"),
        Rule("python-preference", "kept", "UV_PYTHON_PREFERENCE"),
        Rule("python-downloads", "kept", "UV_PYTHON_DOWNLOADS"),
        Rule("no-build", "kept", "UV_NO_BUILD"),
        Rule("no-build-package", "kept", "UV_NO_BUILD_PACKAGE"),
        Rule("only-binary", "kept"),
        Rule("build-constraint", "kept", "UV_BUILD_CONSTRAINT"),
        Rule("build-constraint-dependencies", "kept"),
        Rule("config-file", "kept", "UV_CONFIG_FILE"),
        Rule("no-config", "kept", "UV_NO_CONFIG"),
        Rule("exclude-newer", "limit", "UV_EXCLUDE_NEWER"),
        Rule("exclude-newer-package", "limit"),
        Rule("constraint", "limit", "UV_CONSTRAINT"),
        Rule("constraint-dependencies", "limit"),
        Rule("override", "limit", "UV_OVERRIDE"),
        Rule("override-dependencies", "limit"),
        Rule("require-hashes", "refused", "UV_REQUIRE_HASHES"),
        Rule("offline", "replaced", "UV_OFFLINE", "0"),
        Rule("resolution", "replaced", "UV_RESOLUTION", "highest", harmless=("highest",)),
        Rule(
            "prerelease",
            "replaced",
            "UV_PRERELEASE",
            "if-necessary-or-explicit",
            harmless=("if-necessary-or-explicit", "if-necessary", "disallow", "explicit"),
        ),
        Rule("required-version", "set aside"),
        Rule("target", "set aside"),
        Rule("prefix", "set aside"),
        Rule("no-deps", "set aside"),
        Rule("system", "set aside", "UV_SYSTEM_PYTHON"),
        Rule("python", "set aside", "UV_PYTHON"),
        Rule("python-version", "set aside"),
        Rule("python-platform", "set aside"),
        Rule("no-binary", "set aside", "UV_NO_BINARY"),
        Rule("no-binary-package", "set aside", "UV_NO_BINARY_PACKAGE"),
        Rule("exclude", "set aside", "UV_EXCLUDE"),
        Rule("exclude-dependencies", "set aside"),
        Rule("upgrade", "set aside", "UV_UPGRADE"),
        Rule("upgrade-package", "set aside"),
        Rule("reinstall", "set aside"),
        Rule("reinstall-package", "set aside"),
        Rule("no-build-isolation", "set aside", "UV_NO_BUILD_ISOLATION"),
        Rule("project", "set aside", "UV_PROJECT"),
        Rule("working-dir", "set aside", "UV_WORKING_DIR"),
    )
}
"""uv's settings: those of files, of their table ``[pip]``, and of variables, by one name each."""
