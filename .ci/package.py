"""Build a wheel, install it in an empty environment, use it in an empty folder.

Usage: python .ci/package.py SCRATCH. Works on Windows too, hence no shell script.
"""

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).parents[1]
TENANT = "guide-online-as-written"


def main(scratch: Path) -> None:
    for name in ("dist", "venv", "empty"):
        shutil.rmtree(scratch / name, ignore_errors=True)
    dist, empty = scratch / "dist", scratch / "empty"
    run(sys.executable, "-m", "build", "--wheel", "--outdir", dist, ROOT, cwd=ROOT)
    (wheel,) = dist.glob("*.whl")

    venv.create(scratch / "venv", with_pip=True)
    programs = scratch / "venv" / ("Scripts" if os.name == "nt" else "bin")
    python, command = programs / "python", programs / "relay-harness"
    empty.mkdir()
    run(python, "-m", "pip", "install", "--quiet", wheel, cwd=empty)

    run(command, "demo", cwd=empty)
    # The guide as written has findings, and to say so is exit code 1.
    run(command, "check", TENANT, "--html", "page.html", cwd=empty, expected=1)
    run(command, "schema", cwd=empty)
    run(command, "findings", "LEAK", cwd=empty)
    run(command, "scenarios", "packs", cwd=empty)
    run(python, "-m", "pytest", "packs", cwd=empty)


def run(*words: object, cwd: Path, expected: int = 0) -> None:
    """Run a command, without a PYTHONPATH that would show it the checkout."""
    line = [str(word) for word in words]
    print("$", *line, flush=True)
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    code = subprocess.run(line, cwd=cwd, env=environment, check=False).returncode
    if code != expected:
        sys.exit(f"exit code {code}, expected {expected}: {' '.join(line)}")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
