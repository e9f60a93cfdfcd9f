"""Consoles of all sorts: few letters, no colours, a terminal."""

import io
import os
import subprocess
import sys

import pytest

from harness.cli.output import is_coloured

COMMAND = "import sys; from harness.cli import main; sys.exit(main())"
SUBJECT = "Secure \N{PILE OF POO}\N{SMILING FACE WITH SUNGLASSES} \u4f60\u597d \u2713"
MAIL = f"""\
From: Anna <anna@contoso.example>
To: info@fabrikam.example
Subject: {SUBJECT}

hello
"""


def command(*arguments, **environment):
    return subprocess.run(
        [sys.executable, "-c", COMMAND, *map(str, arguments)],
        capture_output=True,
        check=False,
        env={**os.environ, "COLUMNS": "100", **environment},
    )


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "cp437", "utf-8"])
def test_a_console_of_few_letters_never_causes_a_traceback(encoding, tmp_path):
    file = tmp_path / "mail.eml"
    file.write_text(MAIL, "utf-8")

    ran = command("explain", "guide-online-as-meant", file, PYTHONIOENCODING=encoding)

    assert (0, b"") == (ran.returncode, ran.stderr)
    assert b"SECURE" in ran.stdout


def test_json_is_the_same_on_every_console(tmp_path):
    file = tmp_path / "mail.eml"
    file.write_text(MAIL, "utf-8")
    asked = ("explain", "guide-online-as-meant", file, "--json", "--at", "2026-11-25")

    few = command(*asked, PYTHONIOENCODING="cp1252").stdout
    many = command(*asked, PYTHONIOENCODING="utf-8").stdout

    assert many.replace(b"\r", b"") == few.replace(b"\r", b"")


def test_an_error_of_few_letters_is_one_line():
    ran = command("check", f"{SUBJECT}", PYTHONIOENCODING="cp1252")

    assert 2 == ran.returncode
    assert 1 == len(ran.stderr.splitlines())


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_colours_are_for_terminals(monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")

    assert is_coloured(Terminal())
    assert not is_coloured(io.StringIO())


def test_no_color_is_obeyed(monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")

    assert not is_coloured(Terminal())
