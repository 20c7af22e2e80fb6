"""The date before which a file must have been uploaded, as pip and as uv write it.

Both return a time of ISO 8601 in UTC, and raise ValueError, with what is allowed, for any other
text. ``now`` is the time of the probe. A time without a zone is in the zone of this machine.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

_UNITS = {
    "weeks": ("weeks", "week", "wks", "wk", "w"),
    "days": ("days", "day", "d"),
    "hours": ("hours", "hour", "hrs", "hr", "h"),
    "minutes": ("minutes", "minute", "mins", "min", "m"),
    "seconds": ("seconds", "second", "secs", "sec", "s"),
    "milliseconds": ("milliseconds", "millisecond", "millis", "milli", "msecs", "msec", "ms"),
}
_UNIT = {name: unit for unit, names in _UNITS.items() for name in names}
_WORDS = re.compile(r"(\d+(?:[.,]\d+)?)\s*([a-z]+)|(\d+):(\d{2})(?::(\d{2}(?:[.,]\d+)?))?")
_ISO_DURATION = re.compile(
    r"p(?:(?P<weeks>\d+)w)?(?:(?P<days>\d+)d)?"
    r"(?:t(?:(?P<hours>[\d.,]+)h)?(?:(?P<minutes>[\d.,]+)m)?(?:(?P<seconds>[\d.,]+)s)?)?"
)


def pip_cutoff(text: str, now: datetime) -> str:
    """Read pip's ``uploaded-prior-to``: a date, a time, or ``P7D`` (whole days only).

    The source of the rules is pip 26.3, ``cli/cmdoptions.py``.
    """
    days = re.fullmatch(r"P(\d+)D", text)
    if days:
        return _utc(_before(now, timedelta(days=_days(days.group(1)))))
    try:
        return _utc(_moment(text))
    except ValueError:
        raise ValueError("it must be a date (2026-03-01), a time, or days (P7D)") from None


def uv_cutoff(text: str, now: datetime) -> str:
    """Read uv's ``exclude-newer``: a time, a date, or a duration (``7 days``, ``P7D``, ``PT24H``).

    A date includes that day. Months and years are no durations, as their length varies. The source
    of the rules is uv's crate ``uv-distribution-types``, ``exclude_newer.rs``.
    """
    text = text.strip()
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            return _utc(_moment(text) + timedelta(days=1))
        if re.match(r"\d{4}-\d\d-\d\d[Tt ]", text):
            return _utc(_moment(text))
        return _utc(_before(now, _duration(text)))
    except (ValueError, OverflowError):
        raise ValueError(
            "it must be a date (2026-03-01), a time (2026-03-01T00:00:00Z), or a duration "
            "(7 days, P7D)"
        ) from None


def _duration(text: str) -> timedelta:
    words = re.sub(r"\s+ago$", "", text.lower().lstrip("+-").strip())
    iso = _ISO_DURATION.fullmatch(words)
    if iso and any(iso.groups()):
        return timedelta(**{unit: _number(part) for unit, part in iso.groupdict().items() if part})
    total, position = timedelta(), 0
    for match in _WORDS.finditer(words):
        if words[position : match.start()].strip(" ,\t") not in ("", "and"):
            raise ValueError(text)
        number, unit, hours, minutes, seconds = match.groups()
        if unit:
            if unit not in _UNIT:
                raise ValueError(text)
            total += timedelta(**{_UNIT[unit]: _number(number)})
        else:
            total += timedelta(
                hours=int(hours), minutes=int(minutes), seconds=_number(seconds or "0")
            )
        position = match.end()
    if not position or words[position:].strip():
        raise ValueError(text)
    return total


def _number(text: str) -> float:
    return float(text.replace(",", "."))


def _days(text: str) -> int:
    return min(int(text), 100_000)  # more is before every release


def _before(now: datetime, duration: timedelta) -> datetime:
    oldest = datetime(1970, 1, 2, tzinfo=timezone.utc)
    return oldest if now - oldest < duration else now - duration


def _moment(text: str) -> datetime:
    """Read a date or a time of ISO 8601. Python before 3.11 reads neither Z nor all fractions."""
    plain = re.sub(r"\.\d+", "", text.strip())
    moment = datetime.fromisoformat(re.sub(r"[zZ]$", "+00:00", plain))
    return moment if moment.tzinfo else moment.astimezone()


def _utc(moment: datetime) -> str:
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
