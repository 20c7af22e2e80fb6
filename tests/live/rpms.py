"""Tiny RPM packages with the names of real ones, and repositories of them, made in a root.

The root has to have Debian's ``rpm`` and ``createrepo-c``. Every package is for any hardware and
holds one file, but its version, what it provides and what it requires are like the real ones'.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass

from tests.live.roots import Root

REPOSITORIES = "/srv/repositories"
"""The folder of the repositories, each in a separate folder."""
HELD, LET_GO = "/run/held", "/run/let-go"
"""The installation of ``slow`` makes the first file, and then waits for the second."""
PATIENCE = 60
"""Seconds after which it goes on in any case."""


@dataclass(frozen=True)
class Rpm:
    """One package. ``version`` may begin with an epoch: ``1:3.2.6-2.fc42``.

    ``post`` is a scriptlet in Lua, which rpm runs by itself: no shell is a package here.
    ``program`` is a program in /usr/bin, which only prints the version.
    """

    name: str
    version: str
    provides: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    obsoletes: tuple[str, ...] = ()
    post: str = ""
    program: str = ""

    @property
    def spec(self) -> str:
        """The file that rpmbuild builds it from."""
        epoch, _, rest = self.version.rpartition(":")
        version, _, release = rest.rpartition("-")
        program = f"%{{buildroot}}/usr/bin/{self.program}"
        lines = [
            f"Name: {self.name}",
            *((f"Epoch: {epoch}",) if epoch else ()),
            f"Version: {version}",
            f"Release: {release}",
            "Summary: A stand-in of the same name",
            "License: BSD",
            "BuildArch: noarch",
            "AutoReqProv: no",
            *(f"Provides: {provided}" for provided in self.provides),
            *(f"Requires: {required}" for required in self.requires),
            *(f"Obsoletes: {obsolete}" for obsolete in self.obsoletes),
            "%description",
            "A stand-in of the same name.",
            "%install",
            "mkdir -p %{buildroot}/usr/share/stand-in",
            "echo %{name} > %{buildroot}/usr/share/stand-in/%{name}",
            *(
                (
                    "mkdir -p %{buildroot}/usr/bin",
                    f"printf '#!/bin/sh\\necho stand-in {version}\\n' > {program}",
                    f"chmod 755 {program}",
                )
                if self.program
                else ()
            ),
            "%files",
            "/usr/share/stand-in/%{name}",
            *((f"/usr/bin/{self.program}",) if self.program else ()),
            *(("%post -p <lua>", self.post) if self.post else ()),
        ]
        return "\n".join(lines) + "\n"


SLOW = Rpm(
    "slow",
    "1.0-1",
    post=f"""\
io.open("{HELD}", "w"):close()
for second = 1, {PATIENCE} do
  if posix.access("{LET_GO}") then break end
  posix.sleep(1)
end""",
)
"""Its installation lasts until somebody lets it go."""

FEDORA = (
    Rpm("gcc", "15.2.1-7.fc42", requires=("cpp",), program="cc"),
    Rpm("cpp", "15.2.1-7.fc42"),
    Rpm("redhat-rpm-config", "342-4.fc42"),
    Rpm("libffi", "3.4.6-5.fc42"),
    Rpm("libffi-devel", "3.4.6-5.fc42", requires=("libffi",)),
    Rpm("pkgconf-pkg-config", "2.3.0-2.fc42", ("pkg-config = 2.3.0", "pkgconfig = 1:2.3.0")),
    Rpm("openssl-libs", "1:3.2.6-2.fc42"),
    Rpm(
        "openssl-devel",
        "1:3.2.6-2.fc42",
        requires=("openssl-libs",),
        obsoletes=("old-openssl-devel < 1:3",),
    ),
    Rpm("old-openssl-devel", "1:1.1.1-1.fc42"),
    Rpm("rust", "1.91.0-1.fc42"),
    Rpm("cargo", "1.91.0-1.fc42", requires=("rust",)),
    Rpm("python3.11-devel", "3.11.14-2.fc42"),
    Rpm("python3-devel", "3.13.9-1.fc42", ("python-devel = 3.13.9", "python3.13-devel = 3.13.9")),
    Rpm("nano", "8.3-2.fc42"),
    SLOW,
)
"""As Fedora 42 has them; ``nano`` has nothing to do with all this, and ``old-openssl-devel`` is a
package that another one replaces."""

CENTOS = (
    Rpm("gcc", "4.8.5-44.el7", requires=("cpp",), program="cc"),
    Rpm("cpp", "4.8.5-44.el7"),
    Rpm("redhat-rpm-config", "9.1.0-88.el7.centos"),
    Rpm("libffi", "3.0.13-19.el7"),
    Rpm("libffi-devel", "3.0.13-19.el7", requires=("libffi",)),
    Rpm("pkgconfig", "1:0.27.1-4.el7", provides=("pkgconfig(pkg-config) = 0.27.1",)),
    Rpm("openssl11-libs", "1:1.1.1k-7.el7"),
    Rpm("openssl11-devel", "1:1.1.1k-7.el7", requires=("openssl11-libs",)),
    Rpm("python3-devel", "3.6.8-21.el7_9", provides=("python36-devel = 3.6.8-21.el7_9",)),
    Rpm("nano", "2.3.1-10.el7"),
    SLOW,
)
"""As CentOS 7 with EPEL has them."""


def publish(root: Root, name: str, rpms: Sequence[Rpm]) -> str:
    """Build these packages in the root and make the repository ``name``; its address."""
    specs, folder = root.path("/tmp/specs"), f"{REPOSITORIES}/{name}"
    specs.mkdir()
    root.path(folder).mkdir(parents=True)
    for rpm in rpms:
        (specs / f"{rpm.name}.spec").write_text(rpm.spec, encoding="utf-8")
    done = root.run(
        *("rpmbuild", "-bb", "--quiet", "--define", "_topdir /tmp/specs/build"),
        *("--define", f"_rpmdir {folder}", "--define", "_rpmfilename %{NAME}.rpm"),
        *(f"/tmp/specs/{rpm.name}.spec" for rpm in rpms),
        timeout=120,
    )
    assert done.code == 0, done.said
    shutil.rmtree(specs)
    done = root.run("createrepo_c", "--quiet", folder)
    assert done.code == 0, done.said
    return f"file://{folder}"
