"""The wheels of a package index, as a `wizard.kit.resolving.Source`."""

from __future__ import annotations

import io
import threading
import time
import zipfile
from collections.abc import Sequence

from wizard.addresses import masked
from wizard.errors import Impossible
from wizard.index import listing
from wizard.index.source import MAX_WAIT, IndexSource, Unreadable
from wizard.kit.resolving import Wheel, wheel_of
from wizard.proof import wheel_metadata
from wizard.running import transfer

TIME_LIMIT = 120.0
"""Seconds for the metadata of one wheel. If it is only in the wheel, that is downloaded."""
LARGEST_WHEEL = 512 * 1024 * 1024
"""Bytes of a wheel that is downloaded for its metadata alone."""


class IndexWheels:
    """Reads each page once, and the metadata of each version once.

    As uv does, it takes the metadata of all wheels of a version for the same; `kit check` reads
    that of each wheel.
    """

    def __init__(self, source: IndexSource) -> None:
        self._source = source
        self._pages: dict[str, tuple[Wheel, ...]] = {}
        self._requires: dict[tuple[str, str], tuple[str, ...]] = {}

    def wheels(self, name: str) -> Sequence[Wheel]:
        """Return all wheels of a package. Raises Impossible if the index cannot be read."""
        if name not in self._pages:
            self._pages[name] = self._read(name)
        return self._pages[name]

    def _read(self, name: str) -> tuple[Wheel, ...]:
        try:
            files = listing.files(self._source, name)
        except Unreadable as problem:
            if problem.absent:
                return ()
            raise Impossible(
                f"The index cannot be read: the list of {name}.", why=str(problem)
            ) from None
        found = (
            wheel_of(
                file.name,
                sha256=file.sha256.lower(),
                size=file.size,
                address=file.address,
                requires_python=file.requires_python,
                yanked=file.yanked,
                metadata=file.metadata,
            )
            for file in files
        )
        return tuple(wheel for wheel in found if wheel is not None)

    def requires(self, wheel: Wheel) -> Sequence[str]:
        """Return what a wheel requires. Raises Impossible if its metadata cannot be read."""
        place = wheel.name, str(wheel.version)
        if place not in self._requires:
            self._requires[place] = wheel_metadata.requires(self._metadata(wheel))
        return self._requires[place]

    def _metadata(self, wheel: Wheel) -> str:
        address = wheel.address.partition("#")[0]
        try:
            if wheel.metadata:
                from wizard.index.web import Web  # requests is slow to import

                web = Web(self._source, patience=MAX_WAIT, deadline=time.monotonic() + TIME_LIMIT)
                return web.get(f"{address}.metadata").body.decode("utf-8", "replace")
            content = bytearray()
            never = threading.Event()
            for data, first, _ in transfer.read(address, time.monotonic() + TIME_LIMIT, never):
                del content[first:]
                content += data
                if len(content) > LARGEST_WHEEL:
                    raise ValueError("it is too large")
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                return wheel_metadata.text(archive)
        except (Unreadable, *wheel_metadata.UNREADABLE) as problem:
            raise Impossible(
                f"The metadata of {wheel.file} cannot be read.", why=masked(str(problem))
            ) from None
