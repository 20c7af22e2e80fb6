"""A job object: Windows ends the programs in it when the wizard's process ends, however it ends.

Sources: `CreateJobObjectW`, `SetInformationJobObject` and `AssignProcessToJobObject` in Microsoft's
documentation of job objects; the structures are those of ``winnt.h``.
"""

from __future__ import annotations

import functools
import subprocess
import sys

KILL_ON_JOB_CLOSE = 0x2000
"""JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE"""
EXTENDED_LIMIT_INFORMATION = 9
"""JobObjectExtendedLimitInformation"""


def add(process: subprocess.Popen[bytes]) -> None:
    """Let this program, and what it starts, end together with the wizard.

    On other systems, the `wizard.programs.guardian` does it, and this does nothing. A Windows older
    than 8 refuses it if the wizard is itself in a job; then the program only ends with Ctrl-C.
    """
    if sys.platform == "win32":
        import ctypes

        job = _job()
        if job:
            handle = ctypes.c_void_p(int(process._handle))  # type: ignore[attr-defined] # noqa: SLF001 - Popen has no public one
            ctypes.windll.kernel32.AssignProcessToJobObject(ctypes.c_void_p(job), handle)


@functools.cache
def _job() -> int:
    """Return the handle of the wizard's job, which stays open until the wizard ends; 0 if none."""
    if sys.platform != "win32":
        return 0
    import ctypes
    from ctypes import wintypes

    class Basic(ctypes.Structure):
        _fields_ = (
            ("PerProcessUserTimeLimit", wintypes.LARGE_INTEGER),
            ("PerJobUserTimeLimit", wintypes.LARGE_INTEGER),
            ("LimitFlags", wintypes.DWORD),
            ("MinimumWorkingSetSize", ctypes.c_size_t),
            ("MaximumWorkingSetSize", ctypes.c_size_t),
            ("ActiveProcessLimit", wintypes.DWORD),
            ("Affinity", ctypes.c_size_t),
            ("PriorityClass", wintypes.DWORD),
            ("SchedulingClass", wintypes.DWORD),
        )

    class Extended(ctypes.Structure):
        _fields_ = (
            ("BasicLimitInformation", Basic),
            ("IoInfo", ctypes.c_ulonglong * 6),
            ("ProcessMemoryLimit", ctypes.c_size_t),
            ("JobMemoryLimit", ctypes.c_size_t),
            ("PeakProcessMemoryUsed", ctypes.c_size_t),
            ("PeakJobMemoryUsed", ctypes.c_size_t),
        )

    kernel = ctypes.windll.kernel32
    kernel.CreateJobObjectW.restype = ctypes.c_void_p
    job = kernel.CreateJobObjectW(None, None)
    limits = Extended()
    limits.BasicLimitInformation.LimitFlags = KILL_ON_JOB_CLOSE
    done = kernel.SetInformationJobObject(
        ctypes.c_void_p(job),
        EXTENDED_LIMIT_INFORMATION,
        ctypes.byref(limits),
        ctypes.sizeof(limits),
    )
    return int(job) if job and done else 0
