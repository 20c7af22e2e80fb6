"""FIPS mode: a build with the system's OpenSSL follows it, a wheel does not.

A wheel has its own OpenSSL, which looks for its configuration and its FIPS provider in folders of
the machine on which it was made. Only OPENSSL_CONF and OPENSSL_MODULES reach it (measured on Debian
13 with cryptography 50.0.2 and 46.0.7).
"""

from __future__ import annotations

from wizard.facts import Fips
from wizard.needs.condition import Condition, Effect, Subject
from wizard.refused import Refused
from wizard.wording import joined

BUILD = "--method source"


def condition(subject: Subject) -> Condition | None:
    """Return what FIPS mode decides here, or None if nothing demands it."""
    fips = subject.facts.fips
    if not fips.demanded:
        return None
    found = sources(fips)
    detail = (
        f"{joined(found)} {'demands' if len(found) == 1 else 'demand'} FIPS mode. A source build "
        "uses this system's OpenSSL, which follows it; a wheel includes another one."
    )
    wheel = _for_wheel(fips)
    return Condition(
        "FIPS",
        wheel.reason if isinstance(wheel, Refused) else detail,
        "\n".join(wheel.hints) if isinstance(wheel, Refused) else "",
        bundled=wheel,
        compiled=_for_build(subject),
        because="Recommended: Source. FIPS mode is on, and a build uses this system's OpenSSL.",
    )


def sources(fips: Fips) -> tuple[str, ...]:
    """Return what demands FIPS mode, as parts of a sentence."""
    found = ["the kernel"] if fips.kernel else []
    found += [f"the crypto policy {fips.policy}"] if fips.policy else []
    if fips.configuration:
        found.append(f"{fips.configuration}{' (OPENSSL_CONF)' if fips.variable else ''}")
    return (f"{found[0][0].upper()}{found[0][1:]}", *found[1:]) if found else ()


def _for_wheel(fips: Fips) -> Effect:
    if fips.variable and not fips.module:
        return Refused(
            f"OPENSSL_CONF demands FIPS mode ({fips.configuration}), but the OpenSSL in a wheel "
            "does not find this system's FIPS provider, so it cannot encrypt anything.",
            (
                f"Compile it with this system's OpenSSL: {BUILD}",
                "Or name the folder of the FIPS provider in OPENSSL_MODULES.",
            ),
        )
    return (
        "FIPS mode is on, but a wheel includes its own OpenSSL, which is not this system's "
        f"validated one. {BUILD} uses the system's."
    )


def _for_build(subject: Subject) -> Effect:
    """Return whether the build follows FIPS mode: only if it uses the system's OpenSSL."""
    choices = subject.choices
    if choices.openssl in ("", "system") and choices.link != "static":
        return "FIPS mode is on; this build uses this system's OpenSSL, which follows it."
    return (
        "FIPS mode is on, and the wizard does not know whether the OpenSSL that you chose is "
        "validated. --openssl system --link dynamic uses this system's."
    )
