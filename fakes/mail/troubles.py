"""What a sender writes down when a peer cannot be reached, trusted or logged in to.

One table for the computed conversation and for sockets. The codes are those of
Exchange Online (`exchange-routing#1.7`); the texts are ours.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from fakes.mail.reply import Reply, reply
from fakes.mail.session import CertificateFault

if TYPE_CHECKING:
    from collections.abc import Mapping

# exchange-routing#D7
LOOK_UP_FAILED = reply(450, "4.4.312", "DNS query failed")
# On-premises an absent name is permanent (exchange-routing#D21).
NO_SUCH_HOST = reply(554, "5.4.4", "SMTPSEND.DNS.NonExistentDomain")
# exchange-routing#1.7
TIMED_OUT = reply(450, "4.4.315", "Connection timed out")
CONNECTION_REFUSED = reply(
    450, "4.4.316", "Connection refused [Message=Socket error code 10061]"
)
CONNECTION_LOST = reply(450, "4.4.318", "Connection was closed abruptly")

# These mean: there was a name and an address, and nobody talked.
CONNECT_TROUBLES = frozenset({TIMED_OUT, CONNECTION_REFUSED, CONNECTION_LOST})

# exchange-routing#1.6
_CANNOT_CONNECT = reply(450, "4.4.317", "Cannot connect to remote server")
_BAD_CERTIFICATE = reply(450, "4.7.320", "Certificate validation failed")
# The queue waits (exchange-routing#D12); Online never logs in, so the code is ours.
_NOT_LOGGED_IN = reply(450, "4.7.0", "Cannot log in to remote server")

_UNTRUSTED_ROOT = "UntrustedRoot"
_FAULTS: Mapping[CertificateFault, str] = MappingProxyType(
    {
        CertificateFault.EXPIRED: "CertificateExpired",
        CertificateFault.NOT_YET_VALID: "CertificateNotYetValid",
        CertificateFault.SELF_SIGNED: _UNTRUSTED_ROOT,
        CertificateFault.UNTRUSTED: _UNTRUSTED_ROOT,
        CertificateFault.INCOMPLETE_CHAIN: _UNTRUSTED_ROOT,
        CertificateFault.REVOKED: "CertificateRevoked",
        CertificateFault.WEAK_KEY: "WeakKey",
    }
)


def cannot_connect(said: Reply) -> Reply:
    """Wait, because the session was refused before it had begun."""
    return _quoting(_CANNOT_CONNECT, str(said))


def not_logged_in(said: Reply) -> Reply:
    """Wait, because the peer did not take the credentials."""
    return _quoting(_NOT_LOGGED_IN, str(said))


def bad_certificate(fault: CertificateFault) -> Reply:
    """Wait, because the certificate does not hold.

    field-cases#incomplete-chain: what leads to no root that is trusted has the code of
    a failed connection.
    """
    message = _FAULTS[fault]
    trouble = _CANNOT_CONNECT if message == _UNTRUSTED_ROOT else _BAD_CERTIFICATE
    return _quoting(trouble, message)


def _quoting(trouble: Reply, message: str) -> Reply:
    text = f"{trouble.text} [Message={message}]"
    return Reply(trouble.code, trouble.status, text)


# exchange-routing#D1
TLS_NOT_OFFERED = _quoting(
    _CANNOT_CONNECT, "451 5.7.3 STARTTLS is required to send mail"
)
# exchange-routing#1.6: an alert or a cut during the handshake
TLS_FAILED = _quoting(_CANNOT_CONNECT, "451 4.4.0 Security status IllegalMessage")
# exchange-routing#1.6: the codes of DANE
NO_TLS_FOR_DANE = reply(450, "4.7.321", "starttls-not-supported")
TLSA_INVALID = reply(450, "4.7.323", "tlsa-invalid")
DNSSEC_INVALID = reply(450, "4.7.324", "dnssec-invalid")
# The sheet says that the mail waits (exchange-routing#1.1); the code is ours.
STS_FAILED = reply(450, "4.7.5", "MX hosts failed MTA-STS validation")
# exchange-routing#D4
WRONG_NAME = _quoting(_BAD_CERTIFICATE, "SubjectMismatch")
# field-cases#X-30
AUTH_NOT_OFFERED = _quoting(_NOT_LOGGED_IN, "451 5.7.3 Require basic authentication")
# exchange-routing#5.1: found before anything was sent, so the mail goes back
TOO_BIG_FOR_PEER = reply(
    552, "5.3.4", "Message size exceeds fixed maximum message size"
)
# exchange-routing#5.2
UTF8_NOT_OFFERED = reply(550, "5.6.7", "SMTPUTF8 is not offered by the next hop")
EIGHT_BIT_NOT_OFFERED = reply(554, "5.6.3", "8BITMIME is not offered by the next hop")
