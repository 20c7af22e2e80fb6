"""The steps that build an OpenSSL of one's own: only once, then it is kept in the cache."""

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
    """Fetch, unpack, configure, compile and keep it. ``needs`` are the steps for the compiler.

    Nothing if it is built already.
    """
    if own.built:
        return ()
    rules = path_rules(facts)
    version, link = own.source.version, "static" if not own.place else "shared"
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
            f"Fetch the source of OpenSSL {version}",
            "From the OpenSSL project, or where you say; its checksum is compared.",
            Download(
                own.source.url,
                own.archive,
                sha256=own.source.sha256,
                otherwise="Or fetch it elsewhere, and say where it is: "
                f"{FLAG} FILE|FOLDER|URL, or {VARIABLE}.",
            ),
            role="openssl",
        ),
        *signature,
        Step(
            "openssl-unpack",
            "Unpack it",
            "Into a folder of the wizard's own, which is removed again.",
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
            "Only its libraries, on all cores; it takes a minute or two.",
            openssl.build(folder, facts.system.cores, own.objects),
            needs=("openssl-configure",),
            heavy=True,
            role="openssl",
        ),
        Step(
            "openssl-install",
            "Put its libraries and headers into the cache",
            "There the next build finds them, and needs seconds instead of minutes.",
            openssl.install(folder),
            needs=("openssl-build",),
            undo=undo,
            check=FileExists(rules.join(own.prefix, "include", "openssl", "opensslv.h")),
            role="openssl",
        ),
        Step(
            STEP,
            "Write down what was built",
            "With checksums, so that it is known to be whole when it is used again.",
            Seal(own.prefix, f"OpenSSL {version}, {link}"),
            needs=("openssl-install",),
            role="openssl",
        ),
        Step(
            "openssl-clean",
            "Remove the folder it was built in",
            "It takes some hundred megabytes, and is not needed any more.",
            RemoveFolder(folder),
            needs=(STEP,),
            role="clean-up",
        ),
    )


def _signature(facts: Facts, own: OpenSSLBuild) -> tuple[Step, ...]:
    """Check who signed the archive, where that can be done here."""
    gpg = facts.tool("gpg")
    if gpg is None or not own.signed:
        return ()
    url = f"{own.source.url}{SIGNATURE}"
    return (
        Step(
            "openssl-signature",
            f"Check the signature of OpenSSL {own.source.version}",
            f"By your gpg, with the OpenSSL project's key {own.source.signer} from your keyring.",
            CheckSignature(url, own.archive, own.source.signer, gpg.path),
            needs=("openssl-source",),
            role="openssl",
        ),
    )


def placed(facts: Facts, own: OpenSSLBuild, needs: tuple[str, ...]) -> tuple[Step, ...]:
    """Put a shared OpenSSL beside the environment's packages, where nothing clears it away."""
    if not own.place:
        return ()
    rules = path_rules(facts)
    text = (
        f"OpenSSL {own.source.version}, built by cryptography-wizard. The cryptography of this "
        "environment is linked to it: do not remove it.\n"
    )
    built = (STEP,) if not own.built else ()
    return (
        Step(
            "openssl-folder",
            "Make a folder for OpenSSL in the environment",
            "It belongs to this environment alone, and goes when the environment goes.",
            WriteFile(rules.join(own.place, "README.txt"), text),
            needs=needs,
            role="library",
        ),
        Step(
            "openssl-place",
            "Put OpenSSL into it",
            "cryptography will find it there, without any variable.",
            Command(("cp", "-R", f"{own.prefix}/.", f"{own.place}/."), timeout=120),
            needs=("openssl-folder", *built),
            role="library",
        ),
    )


def _named(own: OpenSSLBuild, path: str) -> tuple[Step, ...]:
    """The step that gives a shared one another name than the system's, where it needs that."""
    text = openssl.definition(own.target)
    if not text:
        return ()
    return (
        Step(
            "openssl-name",
            "Give its libraries a name of their own",
            "Python's ssl uses the system's OpenSSL in the same process: of two libraries with "
            "one name the system takes the first for both.",
            WriteFile(path, text),
            needs=("openssl-unpack",),
            role="openssl",
        ),
    )


def _why(own: OpenSSLBuild) -> str:
    """What each option does."""
    said = [reason for option, reason in _REASONS.items() if option in own.options]
    less = [option for option in ("no-tests", "no-apps", "no-docs") if option in own.options]
    said.append(f"{joined(less)} leave{'s' if len(less) == 1 else ''} out what is not needed here")
    said.append("--openssldir is where this system keeps its certificates and its openssl.cnf")
    return f"Its options: {'; '.join(said)}."


_REASONS = {
    "no-shared": "no-shared leaves the linker no choice but the static libraries",
    "-fPIC": "-fPIC, which OpenSSL's own makefiles set too, fits it into an extension file",
    "-Wl,-Bsymbolic-functions": "-Bsymbolic-functions, which they set too, lets it use its own "
    "functions where another OpenSSL is in the process",
    "--libdir=lib": "--libdir=lib puts the libraries where every release looks",
    "no-module": "no-module puts old algorithms such as Blowfish inside, instead of into a file "
    "that would not be found",
    "no-atexit": "no-atexit leaves out a clean-up at the end, as upstream's own builds do",
    "enable-ec_nistp_64_gcc_128": "enable-ec_nistp_64_gcc_128 makes the curves P-224 and P-521 "
    "much faster, as in those",
}
