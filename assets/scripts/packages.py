import json
import subprocess
import sys
from pathlib import Path

# record FILE PACKAGE=MODULE... writes what is broken now; compare FILE ACCEPTED... ends with 4 if
# anything else is broken now.
action, file = sys.argv[1:3]


def run(words: "list[str]") -> "tuple[int, str]":
    try:
        done = subprocess.run(
            [sys.executable, *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=60,
        )
    except subprocess.TimeoutExpired:
        return 1, ""
    return done.returncode, done.stdout.decode("utf-8", "replace")


def broken(modules: "list[list[str]]") -> "list[list[str]]":
    found = []
    for package, module in modules:
        if run(["-c", "import " + module])[0]:
            found.append([package, "import " + module])
    code, output = run(["-m", "pip", "--disable-pip-version-check", "check"])
    for line in output.splitlines() if code else ():
        words = line.split()
        found.append([words[0], line.partition(", but")[0].partition(", which")[0]])
    return found


if action == "record":
    modules = [word.split("=") for word in sys.argv[3:]]
    Path(file).write_text(json.dumps({"modules": modules, "broken": broken(modules)}))
    sys.exit(0)
recorded = json.loads(Path(file).read_text())
accepted = {name.lower().replace("_", "-").replace(".", "-") for name in sys.argv[3:]}
new = []
for package, what in broken(recorded["modules"]):
    name = package.lower().replace("_", "-").replace(".", "-")
    if [package, what] not in recorded["broken"] and name not in accepted:
        new.append(package + " no longer works: " + what)
print("\n".join(new) or "The other packages work as before.")
sys.exit(4 if new else 0)
