"""A fake of the rest of the internet: DNS, and everybody else's mail servers."""

from fakes.internet.hosts import (
    Arrival,
    Host,
    Internet,
    Presence,
    decent_host,
    mail_hosts,
    receiver_of,
)
from fakes.internet.network import Network, locator, network

__all__ = [
    "Arrival",
    "Host",
    "Internet",
    "Network",
    "Presence",
    "decent_host",
    "locator",
    "mail_hosts",
    "network",
    "receiver_of",
]
