"""An index that cannot be read: without it, pip and uv find nothing either."""

from __future__ import annotations

from wizard.needs import surroundings, tool_settings
from wizard.needs.condition import Condition, Subject
from wizard.refused import Refused

TITLE = "Index"
KEYRING = "keyring-provider"
"""The setting of pip and uv that lets them ask a keyring for a password, which the wizard does not
do."""


def unreadable(subject: Subject) -> Condition | None:
    """Return a condition if no location has a list of files, and at least one has failed.

    There is none for an environment that already has the release: nothing is downloaded for it.
    """
    facts, listing = subject.facts, subject.facts.listing
    if listing is None or listing.releases or not listing.problem:
        return None
    whole = subject.python.environment and not subject.python.is_damaged
    installed = subject.python.cryptography if whole else ""
    choices = subject.choices
    if installed and choices.release in ("", installed) and not choices.reinstall:
        return None
    settings = (*subject.python.settings, *facts.settings)
    packages = subject.python.packages or ()
    if any(each.name == KEYRING for each in settings) or any(p.name == "keyring" for p in packages):
        note = (
            f"The wizard cannot read the index, but your keyring may know more. {listing.problem}"
        )
        return Condition(TITLE, note, "", note, note)
    refused = Refused(
        listing.problem,
        (
            *surroundings.authority_hints(facts),
            *_settings_of(subject),
            "Or make a wheelhouse on a machine that reaches an index (--wheelhouse FOLDER), and "
            "install from it here: --from-wheelhouse FOLDER",
        ),
        failure=listing.failure,
    )
    return Condition(TITLE, refused.reason, refused.hints[0], refused, refused)


_SETTINGS = (
    *("index-url", "extra-index-url", "default-index", "index", "find-links", "no-index"),
    *("proxy", "cert", "client-cert", "trusted-host"),
)
"""The settings of pip and uv that say where an index is, and how it is reached."""


def _settings_of(subject: Subject) -> tuple[str, ...]:
    """Return whose settings say where the index is, and how it is reached."""
    settings = (*subject.python.settings, *subject.facts.settings)
    settings = tuple(each for each in settings if each.name in _SETTINGS)
    stated = tool_settings.by_source(sorted(settings, key=lambda s: _SETTINGS.index(s.name)))
    if not stated:
        return ("Check the network and pip's settings: python -m pip config list",)
    return (f"These settings say where it is, and how it is reached: {'; '.join(stated)}.",)
