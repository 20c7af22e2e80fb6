"""The steps that build OpenSSL: only once, then it is kept in the cache."""

from __future__ import annotations

from backends import openssl
from backends.action import (
    CheckSignature,
    Command,
    Download,
    RemoveFolder,
    Seal,
    Unpack,
    WriteFile,
)
from wizard.facts import Facts
from wizard.needs.openssl import OpenSSLBuild
from wizard.openssl_archive import FLAG, SIGNATURE, VARIABLE
from wizard.plan import FileExists, Step
from wizard.target_environment import path_rules
from wizard.wording import joined

STEP = "openssl"
"""The id of the step after which it is built."""


def steps(facts: Facts, own: OpenSSLBuild, needs: tuple[str, ...]) -> tuple[Step, ...]:
    """Download, unpack, configure, compile and keep it. ``needs`` are the steps for the compiler.

    Nothing if it is already built.
    """
    if own.built:
        return ()
    rules = path_rules(facts)
    version = own.source.version
    link, linking = ("shared", "dynamic") if own.place else ("static", "static")
    folder = rules.join(facts.cache, "openssl", "build", own.name)
    undo = (RemoveFolder(own.prefix),)
    signature = _signature(facts, own)
    configure = openssl.configure(
        folder,
        own.prefix,
        facts.certificates or "/etc/ssl",
        own.target,
        own.options,
    )
    named = _named(own, rules.join(folder, "Configurations", "cryptography.conf"))
    return (
        Step(
            "openssl-source",
            f"Download the source of OpenSSL {version}",
            "It comes from the OpenSSL project, or from the place you named. Its checksum is "
            "checked.",
            Download(
                own.source.url,
                own.archive,
                sha256=own.source.sha256,
                otherwise=f"Or download it elsewhere, and name the place: {FLAG} FILE|FOLDER|URL, "
                f"or {VARIABLE}.",
            ),
            role="openssl",
        ),
        *signature,
        Step(
            "openssl-unpack",
            "Unpack the source",
            "It goes into a temporary folder in the wizard's cache.",
            Unpack(own.archive, folder),
            needs=(signature[-1].id if signature else "openssl-source",),
            role="openssl",
        ),
        *named,
        Step(
            "openssl-configure",
            f"Configure OpenSSL {version} ({link})",
            _why(own),
            configure,
            needs=(named[-1].id if named else "openssl-unpack", *needs),
            role="openssl",
        ),
        Step(
            "openssl-build",
            f"Compile OpenSSL {version}",
            "Only its libraries, on all cores. This takes a minute or two.",
            openssl.build(folder, linking, facts.system.cores, own.objects),
            needs=("openssl-configure",),
            heavy=True,
            role="openssl",
        ),
        Step(
            "openssl-install",
            "Copy its libraries and headers to the cache",
            "The next build can then reuse them and saves minutes.",
            openssl.install(folder, linking),
            needs=("openssl-build",),
            undo=undo,
            check=FileExists(rules.join(own.prefix, "include", "openssl", "opensslv.h")),
            role="openssl",
        ),
        Step(
            STEP,
            "Record the checksums of the build",
            "They show later whether the build is complete and unchanged.",
            Seal(own.prefix, f"OpenSSL {version}, {link}"),
            needs=("openssl-install",),
            role="openssl",
        ),
        Step(
            "openssl-clean",
            "Remove the build folder",
            "It takes some hundred megabytes and is no longer needed.",
            RemoveFolder(folder),
            needs=(STEP,),
            role="clean-up",
        ),
    )


def _signature(facts: Facts, own: OpenSSLBuild) -> tuple[Step, ...]:
    """Check who signed the archive, if that is possible here."""
    gpg = facts.tool("gpg")
    if gpg is None or not own.signed:
        return ()
    url = f"{own.source.url}{SIGNATURE}"
    return (
        Step(
            "openssl-signature",
            f"Check the signature of OpenSSL {own.source.version}",
            f"Your gpg checks it with the OpenSSL project's key {own.source.signer} from your "
            "keyring.",
            CheckSignature(url, own.archive, own.source.signer, gpg.path),
            needs=("openssl-source",),
            role="openssl",
        ),
    )


def placed(facts: Facts, own: OpenSSLBuild, needs: tuple[str, ...]) -> tuple[Step, ...]:
    """Copy a shared OpenSSL beside the environment's packages, where clearing the cache does not
    remove it."""
    if not own.place:
        return ()
    rules = path_rules(facts)
    text = (
        f"OpenSSL {own.source.version}, built by cryptography-wizard. cryptography in this "
        "environment is linked to it: do not remove it.\n"
    )
    built = (STEP,) if not own.built else ()
    return (
        Step(
            "openssl-folder",
            "Make a folder for OpenSSL in the environment",
            "It belongs only to this environment, and is deleted together with it.",
            WriteFile(rules.join(own.place, "README.txt"), text),
            needs=needs,
            role="library",
        ),
        Step(
            "openssl-place",
            "Copy OpenSSL into the environment",
            "cryptography finds it there without any environment variable.",
            Command(("cp", "-R", f"{own.prefix}/.", f"{own.place}/."), timeout=120),
            needs=("openssl-folder", *built),
            role="library",
        ),
    )


def _named(own: OpenSSLBuild, path: str) -> tuple[Step, ...]:
    """Return the step that gives a shared one another name than the system's, if it needs that."""
    text = openssl.definition(own.target)
    if not text:
        return ()
    return (
        Step(
            "openssl-name",
            "Give its libraries unique names",
            "Python's ssl uses the system's OpenSSL in the same process. If two libraries have "
            "the same name, the system uses the first one for both.",
            WriteFile(path, text),
            needs=("openssl-unpack",),
            role="openssl",
        ),
    )


def _why(own: OpenSSLBuild) -> str:
    """Return what each option does."""
    reasons = [reason for option, reason in _REASONS.items() if option in own.options]
    for names, what in _OMITTED:
        less = [option for option in names if option in own.options]
        if less:
            reasons.append(f"{joined(less)} omit{'s' if len(less) == 1 else ''} {what}")
    reasons.append("--openssldir is the folder of this system's certificates and openssl.cnf")
    return f"Its options: {'; '.join(reasons)}."


_OMITTED = (
    (("no-tests", "no-apps", "no-docs"), "what is not needed here"),
    (
        ("no-cms", "no-ts", "no-cmp", "no-quic"),
        "protocols that no release of cryptography can use",
    ),
)
"""Options that make OpenSSL smaller, and what they omit: see `backends.openssl`."""
_REASONS = {
    "no-shared": "no-shared makes the linker use the static libraries",
    "-fPIC": "-fPIC, which OpenSSL's makefiles also set, allows it inside an extension file",
    "-Wl,-Bsymbolic-functions": "-Bsymbolic-functions, which they also set, makes it use its own "
    "functions even if another OpenSSL is in the process",
    "--libdir=lib": "--libdir=lib installs the libraries where every release looks for them",
    "no-makedepend": "no-makedepend omits files that only a second compilation would read",
    "no-module": "no-module includes old algorithms such as Blowfish in the library, instead of "
    "in a file that would not be found",
    "no-atexit": "no-atexit omits a clean-up at exit, as upstream's wheels do",
    "no-comp": "no-comp omits compression in TLS, as upstream's wheels do",
    "no-sm2-precomp": "no-sm2-precomp omits a table that makes SM2 faster, as upstream's wheels do",
    "enable-ec_nistp_64_gcc_128": "enable-ec_nistp_64_gcc_128 makes the curves P-224 and P-521 "
    "much faster, as in upstream's wheels",
}
