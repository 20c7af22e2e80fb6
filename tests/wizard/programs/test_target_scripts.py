"""The scripts for other Pythons are read safely by several threads at once."""

from __future__ import annotations

import subprocess
import sys

THREADS = """\
import sys, threading
sys.setswitchinterval(1e-6)
from wizard.programs.target_scripts import target_script
loaded = set(sys.modules)
errors = []
def use():
    try:
        with target_script("describe.py") as file:
            assert file.is_file()
    except BaseException as error:
        errors.append(repr(error))
threads = [threading.Thread(target=use) for _ in range(16)]
for thread in threads: thread.start()
for thread in threads: thread.join()
late = {name for name in sys.modules if name.startswith("importlib")} - loaded
print(errors, sorted(late))
"""


def test_threads_import_nothing_of_importlib() -> None:
    """Its modules import each other, so threads that import them can block each other."""
    done = subprocess.run(
        (sys.executable, "-c", THREADS),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout.strip() == "[] []", done.stderr
