"""What each described system's package manager offers; the sources are in ``README.md``."""

from __future__ import annotations

from collections.abc import Mapping


def _rust(versions: str) -> dict[str, str]:
    """Ubuntu's versioned toolchains: cargo-1.N has the version of its rustc-1.N."""
    found = {}
    for version in versions.split():
        minor = version.split(".")[1]
        found.update(dict.fromkeys((f"rustc-1.{minor}", f"cargo-1.{minor}"), version))
    return found


FOCAL: Mapping[str, str] = {
    "build-essential": "12.8ubuntu1.1",
    "libffi-dev": "3.3-4",
    "pkg-config": "0.29.1-0ubuntu4",
    "libssl-dev": "1.1.1f-1ubuntu2.24",
    "cargo": "1.75.0+dfsg0ubuntu1~bpo0-0ubuntu0.20.04",
    "rustc": "1.75.0+dfsg0ubuntu1~bpo0-0ubuntu0.20.04",
    "python3.8-dev": "3.8.10-0ubuntu1~20.04.18",
    "python3.8-venv": "3.8.10-0ubuntu1~20.04.18",
    "python3-cryptography": "2.8-3ubuntu0.3",
}
JAMMY: Mapping[str, str] = {
    "build-essential": "12.9ubuntu3",
    "libffi-dev": "3.4.2-4",
    "pkg-config": "0.29.2-1ubuntu3",
    "libssl-dev": "3.0.2-0ubuntu1.30",
    "cargo": "1.75.0+dfsg0ubuntu1~bpo0-0ubuntu0.22.04.1",
    "rustc": "1.75.0+dfsg0ubuntu1~bpo0-0ubuntu0.22.04.1",
    **_rust(
        """
        1.76.0+dfsg0ubuntu1~bpo0-0ubuntu0.22.04.1
        1.77.2+dfsg1ubuntu1~bpo0-0ubuntu0.22.04.1
        1.78.0+dfsg1ubuntu1~bpo0-0ubuntu0.22.04.1
        1.79.0+dfsg1ubuntu1~bpo0-0ubuntu0.22.04.1
        1.80.1+dfsg0ubuntu1~bpo0-0ubuntu0.22.04.1
        1.81.0+dfsg0ubuntu0-0ubuntu0.22.04.1
        1.82.0+dfsg0ubuntu0~jammy-0ubuntu0.22.04.1
        1.83.0+dfsg0ubuntu2~bpo2-0ubuntu2.22.04.1
        1.84.1+dfsg0ubuntu1~bpo10-0ubuntu4.22.04.1
        1.85.1+dfsg0ubuntu2~bpo0-0ubuntu1.22.04.1
        1.89.0+dfsg~24.04-0ubuntu0.22.04.2
        1.91.1+dfsg~22.04-0ubuntu0.22.04.3
        """
    ),
    "python3.10-dev": "3.10.12-1~22.04.18",
    "python3.10-venv": "3.10.12-1~22.04.18",
    "python3-cryptography": "3.4.8-1ubuntu2.2",
}
NOBLE: Mapping[str, str] = {
    "build-essential": "12.10ubuntu1",
    "libffi-dev": "3.4.6-1build1",
    "pkg-config": "1.8.1-2build1",
    "libssl-dev": "3.0.13-0ubuntu3.12",
    "cargo": "1.75.0+dfsg0ubuntu1-0ubuntu7.4",
    "rustc": "1.75.0+dfsg0ubuntu1-0ubuntu7.4",
    **_rust(
        """
        1.74.1+dfsg0ubuntu1-0ubuntu15
        1.76.0+dfsg0ubuntu1-0ubuntu0.24.04.2
        1.77.2+dfsg1ubuntu1-0ubuntu0.24.04.1
        1.78.0+dfsg1ubuntu1-0ubuntu0.24.04.2
        1.79.0+dfsg1ubuntu1-0ubuntu0.24.04.1
        1.80.1+dfsg0ubuntu1-0ubuntu0.24.04.01
        1.81.0+dfsg0ubuntu1-0ubuntu0.24.04.1
        1.82.0+dfsg0ubuntu0-0ubuntu0.24.04.1
        1.83.0+dfsg0ubuntu1~bpo2-0ubuntu0.24.04.1
        1.84.1+dfsg0ubuntu1~bpo2-0ubuntu2.24.04.1
        1.85.1+dfsg0ubuntu2~bpo0-0ubuntu0.24.04.2
        1.89.0+dfsg~24.04-0ubuntu0.24.04.2
        1.91.1+dfsg~24.04-0ubuntu0.24.04.2
        """
    ),
    "python3.12-dev": "3.12.3-1ubuntu0.17",
    "python3.12-venv": "3.12.3-1ubuntu0.17",
    "python3-cryptography": "41.0.7-4ubuntu0.1",
}
RISCV64: Mapping[str, str] = {
    "build-essential": "12.12",
    "libffi-dev": "3.4.8-2",
    "pkg-config": "1.8.1-4",
    "libssl-dev": "3.5.7-1~deb13u3",
    "cargo": "1.85.1+dfsg1-1+deb13u1",
    "rustc": "1.85.1+dfsg1-1+deb13u1",
    "cargo-web": "1.96.0+dfsg1-1~deb13u1+b1",
    "rustc-web": "1.96.0+dfsg1-1~deb13u1+b1",
    "python3.13-dev": "3.13.5-2+deb13u5",
    "python3.13-venv": "3.13.5-2+deb13u5",
    "python3-cryptography": "43.0.0-3+deb13u1",
}
RASPBERRY: Mapping[str, str] = {
    "build-essential": "12.9",
    "libffi-dev": "3.4.4-1",
    "pkg-config": "1.8.1-1",
    "libssl-dev": "3.0.20-1~deb12u2",
    "cargo": "0.66.0+ds1-1",
    "rustc": "1.63.0+dfsg1-2",
    "python3.11-dev": "3.11.2-6+deb12u8",
    "python3.11-venv": "3.11.2-6+deb12u8",
    "python3-cryptography": "38.0.4-3+deb12u1",
}
FEDORA: Mapping[str, str] = {
    "gcc": "16.1.1-2.fc44",
    "redhat-rpm-config": "343-11.fc44",
    "libffi-devel": "3.5.2-1.fc44",
    "pkgconf-pkg-config": "2.5.1-1.fc44",
    "openssl-devel": "1:3.5.8-1.fc44",
    "openssl-devel-engine": "1:3.5.8-1.fc44",
    "perl-core": "5.42.3-525.fc44",
    "make": "1:4.4.1-12.fc44",
    "cargo": "1.98.1-1.fc44",
    "rust": "1.98.1-1.fc44",
    "python3.14-devel": "3.14.7-1.fc44",
    "python3-devel": "3.14.7-1.fc44",
}
RHEL_9: Mapping[str, str] = {
    "gcc": "11.5.0-5.el9_5",
    "redhat-rpm-config": "210-1.el9",
    "libffi-devel": "3.4.2-8.el9",
    "pkgconf-pkg-config": "1.7.3-10.el9",
    "openssl-devel": "1:3.2.2-6.el9_5.1",
    "perl-core": "5.32.1-481.el9",
    "make": "1:4.3-8.el9",
    "cargo": "1.84.1-1.el9",
    "rust": "1.84.1-1.el9",
    "python3.9-devel": "3.9.21-1.el9_5",
    "python3-devel": "3.9.21-1.el9_5",
    "python3-cryptography": "36.0.1-4.el9",
}
RHEL_8: Mapping[str, str] = {
    "gcc": "8.5.0-10.el8",
    "redhat-rpm-config": "129-1.el8",
    "libffi-devel": "3.1-23.el8",
    "pkgconf-pkg-config": "1.4.2-1.el8",
    "openssl-devel": "1:1.1.1k-7.el8_6",
    "perl-core": "5.26.3-421.el8",
    "make": "1:4.2.1-11.el8",
    "cargo": "1.58.1-1.module+el8.6.0+20563+1eb4e043",
    "rust": "1.58.1-1.module+el8.6.0+20563+1eb4e043",
    "python36-devel": "3.6.8-38.module+el8.5.0+12207+5c5719bc",
    "python39-devel": "3.9.7-1.module+el8.6.0+13003+6bb2c488",
    "python3-cryptography": "3.2.1-5.el8",
}
RHEL_7: Mapping[str, str] = {
    "gcc": "4.8.5-44.el7",
    "redhat-rpm-config": "9.1.0-88.el7",
    "libffi-devel": "3.0.13-19.el7",
    "pkgconfig": "1:0.27.1-4.el7",
    "openssl-devel": "1:1.0.2k-26.el7_9",
    "perl-core": "5.16.3-299.el7_9",
    "make": "1:3.82-24.el7",
    "python3-devel": "3.6.8-21.el7_9",
}
CENTOS_7: Mapping[str, str] = {
    **RHEL_7,
    "redhat-rpm-config": "9.1.0-88.el7.centos",
    "openssl11-devel": "1:1.1.1k-7.el7",
}
ALPINE_12: Mapping[str, str] = {
    "gcc": "9.3.0-r2",
    "musl-dev": "1.1.24-r10",
    "libffi-dev": "3.3-r2",
    "pkgconf": "1.7.2-r0",
    "openssl-dev": "1.1.1j-r0",
    "openssl-libs-static": "1.1.1j-r0",
    "perl": "5.30.3-r0",
    "make": "4.3-r0",
    "linux-headers": "5.4.5-r1",
    "cargo": "1.44.0-r0",
    "rust": "1.44.0-r0",
    "python3-dev": "3.8.5-r1",
    "py3-cryptography": "2.9.2-r0",
}
ALPINE_16: Mapping[str, str] = {
    "gcc": "11.2.1_git20220219-r2",
    "musl-dev": "1.2.3-r0",
    "libffi-dev": "3.4.2-r1",
    "pkgconf": "1.8.0-r0",
    "openssl-dev": "1.1.1q-r0",
    "openssl-libs-static": "1.1.1q-r0",
    "perl": "5.34.1-r0",
    "make": "4.3-r0",
    "linux-headers": "5.16.7-r1",
    "cargo": "1.60.0-r2",
    "rust": "1.60.0-r2",
    "python3-dev": "3.10.5-r0",
    "py3-cryptography": "3.4.8-r1",
}
ALPINE_19: Mapping[str, str] = {
    "gcc": "13.2.1_git20231014-r0",
    "musl-dev": "1.2.4_git20230717-r4",
    "libffi-dev": "3.4.4-r3",
    "pkgconf": "2.1.0-r0",
    "openssl-dev": "3.1.5-r0",
    "openssl-libs-static": "3.1.5-r0",
    "perl": "5.38.2-r0",
    "make": "4.4.1-r2",
    "linux-headers": "6.5-r0",
    "cargo": "1.76.0-r0",
    "rust": "1.76.0-r0",
    "python3-dev": "3.11.9-r0",
    "py3-cryptography": "41.0.7-r0",
}
ALPINE_22: Mapping[str, str] = {
    "gcc": "14.2.0-r6",
    "musl-dev": "1.2.5-r12",
    "libffi-dev": "3.4.8-r0",
    "pkgconf": "2.4.3-r0",
    "openssl-dev": "3.5.8-r0",
    "openssl-libs-static": "3.5.8-r0",
    "perl": "5.40.4-r0",
    "make": "4.4.1-r3",
    "linux-headers": "6.14.2-r0",
    "cargo": "1.87.0-r1",
    "rust": "1.87.0-r1",
    "python3-dev": "3.12.13-r0",
    "py3-cryptography": "44.0.3-r0",
}
HOMEBREW: Mapping[str, str] = {
    "openssl@3": "3.6.3",
    "rust": "1.98.1",
    "cryptography": "50.0.2",
}
MACPORTS: Mapping[str, str] = {
    "openssl": "3",
    "openssl3": "3.6.4",
    "openssl11": "1.1.1w",
    "rust": "1.91.0",
    "cargo": "0.92.0",
}
