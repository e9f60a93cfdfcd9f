"""What decides touches nothing: the corpus is computed under an audit hook."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]

# Everything is imported, and every file is read, before the hook is set. What may not
# happen after that is named by the interpreter's own audit events.
PROGRAM = """
import contextlib, email.generator, encodings, importlib, pkgutil, sys
from fakes.mail.inside.limits import installed
from harness.scenario.files import load_corpus, read_setting
from harness.scenario.run import examine

corpus = load_corpus(sys.argv[1])
settings = {case.tenant: read_setting(case.tenant) for case in corpus}
# What libraries import late: codecs, tables of names, and whatever one case needs.
importlib.import_module("idna.uts46data")
for module in pkgutil.iter_modules(encodings.__path__):
    with contextlib.suppress(ImportError):
        importlib.import_module("encodings." + module.name)
installed()
examine(corpus[0], settings[corpus[0].tenant])

FORBIDDEN = (
    "open", "os.", "socket.", "subprocess.", "shutil.", "glob.", "tempfile.",
    "urllib.", "smtplib.", "ssl.", "ctypes.", "time.sleep", "exec_module",
)
seen = set()
is_watched = True


def hook(event, arguments):
    if is_watched and event.startswith(FORBIDDEN):
        seen.add((event, repr(arguments)[:120]))


sys.addaudithook(hook)
found = [case.name for case in corpus if examine(case, settings[case.tenant])]
is_watched = False
print(len(corpus), "cases")
print("otherwise than expected:", found)
for event in sorted(seen):
    print("touched:", *event)
sys.exit(bool(seen or found))
"""


def run(folder):
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def test_computing_the_corpus_opens_no_file_and_no_socket_and_starts_nothing():
    done = run(ROOT / "scenarios")
    assert 0 == done.returncode, done.stdout + done.stderr


def test_the_hook_sees_what_it_forbids():
    program = PROGRAM.replace("found = [", "open('README.md').close()\nfound = [")
    done = subprocess.run(
        [sys.executable, "-c", program, str(ROOT / "scenarios" / "inbound")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert "touched: open" in done.stdout
    assert 1 == done.returncode
