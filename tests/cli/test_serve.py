"""`serve` as a program of its own, with a client of the standard library."""

import json
import re
import signal
import smtplib
import socket
import ssl
import subprocess
import sys
from pathlib import Path

import pytest

from harness.cli import main

ROOT = Path(__file__).parents[2]
ANY = [
    word
    for name in ("port", "smtp-port", "zivver-port", "zivver-smtp-port")
    for word in (f"--{name}", "0")
]
FAULT = '[[zivver_fault]]\nat = "RCPT"\nreply = "451 4.3.0 later"\n'
MAIL = "From: anna@contoso.example\r\nTo: info@fabrikam.example\r\nSubject: {}\r\n\r\nx"

pytestmark = pytest.mark.wire


@pytest.fixture
def served(tmp_path):
    """Start the command, and give it with what it has printed so far."""
    (tmp_path / "faults.toml").write_text(FAULT)
    command = "import sys; from harness.cli import main; sys.exit(main(sys.argv[1:]))"
    files = ["--ca", "ca.pem", "--ledger", "zivver.jsonl", "--faults", "faults.toml"]
    running = subprocess.Popen(
        [sys.executable, "-u", "-c", command, "serve", *ANY, *files],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "PATH": "", "SYSTEMROOT": "C:\\Windows"},
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    with running:
        assert running.stdout is not None
        told = "".join(iter(running.stdout.readline, "Ctrl-C ends it.\n"))
        yield running, told
        running.kill()


def send(port, trust, user, password, subject):
    with smtplib.SMTP("localhost", port, timeout=20) as client:
        client.starttls(context=trust)
        client.login(user, password)
        to = ["info@fabrikam.example"]
        return client.sendmail("anna@contoso.example", to, MAIL.format(subject))


@pytest.mark.skipif(sys.platform == "win32", reason="no signal ends a program there")
def test_an_application_sends_and_each_copy_is_a_line(served, tmp_path):
    running, told = served
    trust = ssl.create_default_context(cafile=tmp_path / "ca.pem")
    exchange, zivver = map(int, re.findall(r"(?m)^[EZ]\w+ +127\.0\.0\.1:(\d+)", told))
    ((user, password),) = re.findall(r'user (\S+), password "(.*)"', told)
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        send(zivver, trust, user, password, "x")
    send(exchange, trust, "anna@contoso.example", "any", "Secure results")
    send(zivver, trust, user, password, "Direct")
    lines = sorted(running.stdout.readline() for _ in range(2))
    assert lines[0].startswith("Exchange secure     anna@contoso.example -> info@")
    assert '"Secure results"' in lines[0]
    assert lines[1].startswith("Zivver   secure     anna@contoso.example -> info@")
    running.send_signal(signal.SIGINT)
    assert "2 copies: 2 secure.\n" == running.stdout.read()
    assert 0 == running.wait(20)
    book = [json.loads(x) for x in (tmp_path / "zivver.jsonl").read_text().splitlines()]
    assert ["mail", "recipient"] * 2 == [entry["kind"] for entry in book]


@pytest.mark.parametrize("option", ["--port", "--smtp-port", "--zivver-port"])
def test_a_port_in_use_is_one_line_that_names_its_option(option, capsys):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert 3 == main(["serve", *ANY, option, str(port)])
    said = capsys.readouterr().err
    assert f"port {port}: " in said
    assert said.endswith(f"; choose another one with {option}\n")
    assert 1 == len(said.splitlines())


@pytest.mark.parametrize(
    ("ports", "said"),
    [
        (["--port", "70000"], "70000 is not in the range"),
        (["--port", "5", "--zivver-port", "5"], "--port and --zivver-port are both 5"),
    ],
)
def test_ports_that_cannot_be_are_one_line(ports, said, capsys):
    assert 2 == main(["serve", *ANY, *ports])
    told = capsys.readouterr().err
    assert said in told
    assert 1 == len(told.splitlines())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[zivver_fault]]\nat = "RCTP"\nreply = "451 x"\n', "did you mean `RCPT`?"),
        ('[[zivver_fault]]\nat = "RCPT"\nreply = "250 x"\n', "a fault says 4xx or 5xx"),
        ('[[zivver_fault]]\nat = "RCPT"\ndo = "hold"\n', "goes with end of data"),
        ("[[fault]]\n", "`fault`"),
        ("nonsense", "f.toml"),
        ("", "f.toml:1: no fault, expected [[zivver_fault]]"),
    ],
)
def test_a_script_with_an_error_is_one_line(text, said, tmp_path, capsys):
    file = tmp_path / "f.toml"
    file.write_text(text)
    assert 2 == main(["serve", *ANY, "--faults", str(file)])
    told = capsys.readouterr().err
    assert said in told
    assert 1 == len(told.splitlines())


def test_a_script_that_is_not_there_is_one_line(capsys):
    assert 2 == main(["serve", "--faults", "nowhere.toml"])
    assert "`nowhere.toml` cannot be read" in capsys.readouterr().err


def test_a_ledger_that_cannot_be_written_is_one_line(tmp_path, capsys):
    assert 3 == main(["serve", *ANY, "--ledger", str(tmp_path)])
    assert 1 == len(capsys.readouterr().err.splitlines())
