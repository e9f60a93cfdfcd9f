"""What is public: named in `__all__`, documented, typed, and without an edge."""

import ast
import importlib
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("harness", "fakes")
# What opens files or sockets; the same as the edges in pyproject.toml.
EDGES = (
    "files",
    "server",
    "endpoint",
    "mx",
    "certificates",
    "smtp",
    "books",
    "wire",
    "cli",
)


def public_modules():
    for package in PACKAGES:
        module = importlib.import_module(package)
        for name in module.__all__:
            if not isinstance(getattr(module, name, None), str):
                yield f"{package}.{name}"


MODULES = tuple(public_modules())


def loaded_by(statement):
    program = f"import sys\n{statement}\nprint(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    names = done.stdout.split()
    return [name for name in names if name.partition(".")[0] in PACKAGES]


@pytest.mark.parametrize("package", PACKAGES)
def test_importing_a_package_imports_nothing_else_of_ours(package):
    assert [package] == loaded_by(f"import {package}")


def test_importing_everything_public_imports_no_edge():
    loaded = loaded_by("\n".join(f"from {package} import *" for package in PACKAGES))
    assert set(MODULES) <= set(loaded)
    assert [] == [name for name in loaded if set(name.split(".")) & set(EDGES)]


@pytest.mark.parametrize("name", MODULES)
def test_every_public_name_is_there_and_says_what_it_is(name):
    module = importlib.import_module(name)
    assert module.__doc__
    assert len(module.__all__) == len(set(module.__all__))
    for public in module.__all__:
        found = getattr(module, public)
        if inspect.isclass(found) or inspect.isfunction(found):
            assert found.__doc__, f"{name}.{public}"


def test_every_public_module_has_a_line_for_the_type_checker():
    tree = ast.parse((ROOT / "tests" / "typing" / "api.py").read_text("utf-8"))
    imported = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    named = {node.module for node in imported}
    named |= {f"{node.module}.{one.name}" for node in imported for one in node.names}
    assert set() == set(MODULES) - named


def test_the_line_that_tells_our_packages_from_others_stands_as_it_is_looked_for():
    for package in PACKAGES:
        lines = (ROOT / package / "__init__.py").read_text("utf-8").splitlines()
        assert 'DISTRIBUTION = "relay-harness"' in lines
