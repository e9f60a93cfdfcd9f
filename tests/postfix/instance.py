"""A Postfix of our own: private directories, loopback ports, its log on a pipe."""

import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

# What each package brings that a test needs.
_PACKAGES = {
    "postfix": ("/usr/sbin", "smtp-sink"),
    "libsasl2-modules": ("/usr/lib", "*/sasl2/libplain.so*"),
    "swaks": ("/usr/bin", "swaks"),
    "libnet-ssleay-perl": ("/usr/lib", "*/perl5/*/Net/SSLeay.pm"),
}
# Seconds. Postfix starts in one; a machine under load is forgiven.
START, DELIVER, STOP = 20, 20, 10
_QUEUES = (
    *("active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming"),
    *("maildrop", "pid", "private", "public", "saved", "trace"),
)
_MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
127.0.0.1:{proxied} inet n - n - - smtpd
  -o smtpd_upstream_proxy_protocol=haproxy
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
showq unix n - n - - showq
scache unix - - n - 1 scache
anvil unix - - n - 1 anvil
proxymap unix - - n - - proxymap
postlog unix-dgram n - n - 1 postlogd
"""
_MAIN = """
compatibility_level = 3.6
queue_directory = {home}/queue
data_directory = {home}/data
maillog_file = /dev/stdout
myhostname = seg.contoso.example
mydestination =
local_recipient_maps =
mynetworks = 127.0.0.0/8, 192.0.2.0/24
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps =
alias_database =
smtp_host_lookup = native
smtp_dns_support_level = disabled
minimal_backoff_time = 1h
maximal_backoff_time = 1h
smtpd_peername_lookup = no
"""
_STATUS = re.compile(
    r"to=<(?P<to>[^>]*)>, relay=(?P<relay>[^,]*),.* status=(?P<status>\w+) "
    r"\((?P<why>.*)\)"
)


@dataclass(frozen=True)
class Status:
    """What Postfix says of one recipient."""

    to: str
    relay: str
    status: str
    why: str


def why_not():
    """Say why no Postfix can be run here; empty if one can."""
    missing = [
        package
        for package, (folder, pattern) in _PACKAGES.items()
        if not any(Path(folder).glob(pattern))
    ]
    if missing:
        return f"apt-get install {' '.join(missing)}"
    return "" if os.geteuid() == 0 else "only root may start a Postfix of its own"


class Postfix:
    """Postfix as long as the `with` block lasts.

    `settings` stand in main.cf, `services` in master.cf; `files` lie in the folder of
    the configuration, which `{home}` names in all of them. At `address` it takes mail,
    at `proxied` from those who announce their source.
    """

    def __init__(self, settings="", services="", files=None):
        self._settings, self._services = settings, services
        self._files = files or {}
        self._lines: list[str] = []
        self._heard = threading.Condition()

    def __enter__(self):
        # Not below pytest's own folder, which only root may enter.
        self.home = Path(tempfile.mkdtemp(prefix="postfix-"))
        try:
            self._write()
            self._start()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, *_):
        self._end()

    @property
    def log(self):
        """Everything that it has said."""
        with self._heard:
            return "\n".join(self._lines)

    def status(self, recipient, *, since=0):
        """Wait until it has told what became of a recipient, from that line on."""
        return self._wait(lambda line: _status_of(line, recipient), DELIVER, since)

    @property
    def lines(self):
        """How much it has said."""
        return len(self._lines)

    def queued(self):
        """Give the recipients that wait in its queue."""
        text = self._run("/usr/sbin/postqueue", "-c", self.home / "conf", "-p")
        return re.findall(r"(?m)^ {20,}(\S+@\S+)$", text)

    def _write(self):
        conf = self.home / "conf"
        for folder in ("conf", "queue", "data", *(f"queue/{name}" for name in _QUEUES)):
            (self.home / folder).mkdir()
        self.address, self.proxied = _free_ports()
        texts = {
            "main.cf": _MAIN + self._settings,
            "master.cf": _MASTER + self._services,
            **self._files,
        }
        for name, text in texts.items():
            filled = text.replace("{home}", str(self.home))
            filled = filled.replace("{port}", str(self.address[1]))
            filled = filled.replace("{proxied}", str(self.proxied[1]))
            (conf / name).write_text(filled)
        # It spares the checks of every file, which take seconds.
        (self.home / "queue" / "quick-start").touch()
        self.home.chmod(0o755)
        for folder in ("data", *(f"queue/{name}" for name in _QUEUES)):
            shutil.chown(self.home / folder, "postfix")
        for folder in ("maildrop", "public"):
            shutil.chown(self.home / "queue" / folder, group="postdrop")
        shutil.chown(self.home / "queue" / "pid", "root")

    def _start(self):
        self._process = subprocess.Popen(
            ["/usr/sbin/postfix", "-c", str(self.home / "conf"), "start-fg"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self._wait(lambda line: "daemon started" in line, START)

    def _read(self):
        assert self._process.stdout is not None
        for line in self._process.stdout:
            with self._heard:
                self._lines.append(line.rstrip("\n"))
                self._heard.notify_all()
        with self._heard:
            self._lines.append("(Postfix has ended)")
            self._heard.notify_all()

    def _wait(self, wanted, seconds, seen=0):
        """Wait for a line of the log."""
        deadline = time.monotonic() + seconds
        with self._heard:
            while True:
                for line in self._lines[seen:]:
                    found = wanted(line)
                    if found:
                        return found
                seen = len(self._lines)
                left = deadline - time.monotonic()
                if left <= 0 or "(Postfix has ended)" in self._lines:
                    raise AssertionError("Postfix said:\n" + "\n".join(self._lines))
                self._heard.wait(left)

    def _run(self, *command):
        done = subprocess.run(
            list(map(str, command)),
            capture_output=True,
            text=True,
            timeout=STOP,
            check=True,
        )
        return done.stdout

    def _end(self):
        """End it and all of its processes, whatever state they are in."""
        process = getattr(self, "_process", None)
        if process is not None:
            group = self._group()
            if group:
                os.killpg(group, signal.SIGTERM)
            try:
                process.wait(STOP)
            except subprocess.TimeoutExpired:
                if group:
                    os.killpg(group, signal.SIGKILL)
                process.kill()
                process.wait(STOP)
            self._reader.join(STOP)
            process.stdout.close()
        shutil.rmtree(self.home)

    def _group(self):
        try:
            pid = int((self.home / "queue/pid/master.pid").read_text())
            return os.getpgid(pid)
        except (OSError, ValueError):
            return None


def _free_ports():
    """Find two: Postfix cannot be told to take any."""
    with socket.socket() as one, socket.socket() as two:
        for free in (one, two):
            free.bind(("127.0.0.1", 0))
        return one.getsockname(), two.getsockname()


def _status_of(line, recipient):
    match = _STATUS.search(line)
    if match and match["to"] == recipient:
        return Status(**match.groupdict())
    return None
