"""Mail as values: addresses, envelope, content, labels, sessions and replies."""

from fakes.mail.address import Address, AddressError, parse_address
from fakes.mail.content import Content
from fakes.mail.envelope import Envelope
from fakes.mail.handoff import AuthTerms, TlsLevel, TlsTerms
from fakes.mail.item import Carries, ItemKind, MailItem, Submission
from fakes.mail.labels import Label, LabelSpec, Profile, build_field, parse_labels
from fakes.mail.reply import EnhancedStatus, Reply, read_reply
from fakes.mail.session import Certificate, CertificateFault, ServerTls, Session

__all__ = [
    "Address",
    "AddressError",
    "AuthTerms",
    "Carries",
    "Certificate",
    "CertificateFault",
    "Content",
    "EnhancedStatus",
    "Envelope",
    "ItemKind",
    "Label",
    "LabelSpec",
    "MailItem",
    "Profile",
    "Reply",
    "ServerTls",
    "Session",
    "Submission",
    "TlsLevel",
    "TlsTerms",
    "build_field",
    "parse_address",
    "parse_labels",
    "read_reply",
]
