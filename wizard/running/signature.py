"""Checking whether the OpenSSL project signed an archive, with the user's gpg and keyring."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Callable

from backends import gpg
from backends.action import CheckSignature, Output
from wizard.addresses import masked
from wizard.openssl_archive import SIGNATURE
from wizard.programs.processes import ProgramTimeout, ask, cancellable
from wizard.running.download import DownloadFailed, fetch_beginning

LARGEST = 64 * 1024
"""The largest size of a signature, in bytes."""


def check_signature(
    action: CheckSignature, report: Callable[[tuple[str, ...]], None], cancel: threading.Event
) -> None:
    """Check the signature of an archive. ``report`` gets gpg's output lines.

    Raises DownloadFailed if the signature cannot be downloaded, is not valid or is from another
    key, Cancelled when ``cancel`` is set, and OSError. In these cases the archive is deleted. The
    signature file is always deleted.
    """
    file = Path(action.file)
    signature = file.with_name(f"{file.name}{SIGNATURE}")
    deadline = time.monotonic() + action.timeout
    valid = False
    try:
        signature.write_bytes(_fetch_signature(action, deadline, cancel))
        with cancellable(cancel):
            output = _run_gpg(action, signature, deadline)
        report(tuple((output.stdout + output.stderr).splitlines()))
        signers = gpg.signers(output.stdout)
        valid = output.exit == 0 and action.signer in signers
        if not valid:
            raise _bad_signature(action, output, signers)
    finally:
        signature.unlink(missing_ok=True)
        if not valid:
            file.unlink(missing_ok=True)


def _fetch_signature(action: CheckSignature, deadline: float, cancel: threading.Event) -> bytes:
    try:
        content = fetch_beginning(action.url, deadline, cancel, LARGEST)
    except DownloadFailed as error:
        raise DownloadFailed(
            "The signature of the archive could not be downloaded, so the archive was deleted.",
            shown=f"{error.what}\n{error.shown}",
            why="The wizard looks for it beside the archive, because your gpg has the key to "
            "check it.",
            hints=(
                f"Put {masked(action.url).rpartition('/')[2]} beside the archive, and try again.",
                "Or download the archive yourself, and name the file with --openssl-source FILE. "
                "Without a signature beside it, only its checksum is checked.",
            ),
        ) from None
    if len(content) > LARGEST:
        raise DownloadFailed(
            f"{masked(action.url)} is not a signature, so the archive was deleted.",
            shown=f"it has more than {LARGEST:,} bytes",
            why="A proxy or a login page may have answered instead.",
        )
    return content


def _run_gpg(action: CheckSignature, signature: Path, deadline: float) -> Output:
    remaining = max(deadline - time.monotonic(), 1.0)
    command = gpg.verify(action.gpg, str(signature), action.file, remaining)
    try:
        return ask(command.argv, env=dict(command.env), timeout=command.timeout)
    except ProgramTimeout as error:
        raise DownloadFailed(
            "gpg did not say whether the archive's signature is valid, so the archive was deleted.",
            shown=str(error),
            why="It may be waiting for another program that uses your keyring.",
            hints=("To see what gpg reports, run: gpg --list-keys",),
        ) from None


def _bad_signature(
    action: CheckSignature, output: Output, signers: tuple[str, ...]
) -> DownloadFailed:
    messages = [line for line in output.stderr.splitlines() if line.startswith("gpg:")]
    if signers and output.exit == 0:
        why = f"It was signed by {signers[-1]}, but it must be signed by {action.signer}."
    else:
        why = f"gpg does not confirm that {action.signer} signed this file."
    return DownloadFailed(
        "The archive is not signed by the OpenSSL project, so it was deleted.",
        shown="\n".join(messages[-6:] or [f"gpg ended with exit code {output.exit}"]),
        why=why,
        hints=(
            "Its checksum is correct, so usually the signature file is damaged or belongs to "
            f"another archive. Download {masked(action.url).rpartition('/')[2]} again.",
            "If that does not help, do not use this archive, and tell the operator of the mirror.",
        ),
    )
