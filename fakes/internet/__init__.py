"""A fake of the rest of the internet: DNS, and everybody else's mail servers."""

from fakes.internet.gateway import Gateway, Passage, pass_on
from fakes.internet.hosts import (
    Arrival,
    Host,
    Internet,
    Presence,
    decent_host,
    gateway_of,
    mail_hosts,
    receiver_of,
)
from fakes.internet.network import Network, locator, network

__all__ = [
    "Arrival",
    "Gateway",
    "Host",
    "Internet",
    "Network",
    "Passage",
    "Presence",
    "decent_host",
    "gateway_of",
    "locator",
    "mail_hosts",
    "network",
    "pass_on",
    "receiver_of",
]
