"""Load on a server from a process of its own: what is measured is the server alone.

In the process of the server, the client's share of the work would flatter the ratio.
"""

import multiprocessing
import ssl
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager

from benchmarks.bare import Client, send
from fakes.internet.certificates import authority_pem

# In the process of the load: whom it trusts, and the connections it keeps, by server.
_TRUST = ssl.create_default_context()
_TRUST.check_hostname = False
_KEPT: dict[tuple[str, int], Client] = {}


@contextmanager
def own_process():
    """Give a process to which work can be handed; its imports are done before."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(
        1, context, initializer=_trust, initargs=(authority_pem().decode(),)
    ) as pool:
        pool.submit(len, ()).result()
        yield pool


def send_new(pool, address, mails, recipient, content):
    """Send so many mails, each over a new connection with STARTTLS."""
    pool.submit(_send, tuple(address), mails, recipient, content).result()


def shake_hands(pool, address):
    """Open the connection that `send_kept` uses."""
    pool.submit(_shake_hands, tuple(address)).result()


def send_kept(pool, address, mails, recipient, content):
    """Send so many mails over the connection that is kept."""
    pool.submit(_send_kept, tuple(address), mails, recipient, content).result()


def hang_up(pool, address):
    """Close the connection that is kept."""
    pool.submit(_hang_up, tuple(address)).result()


def _trust(pem):
    _TRUST.load_verify_locations(cadata=pem)


def _send(address, mails, recipient, content):
    send(address, mails, recipient, content, trust=_TRUST)


def _shake_hands(address):
    client = Client(*address, local_hostname="client.example")
    client.starttls(context=_TRUST)
    _KEPT[address] = client


def _send_kept(address, mails, recipient, content):
    client = _KEPT[address]
    for _ in range(mails):
        client.sendmail("anna@contoso.example", recipient, content)


def _hang_up(address):
    _KEPT.pop(address).quit()
