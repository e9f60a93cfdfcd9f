"""A throw-away CA, and certificates for every fault; made once in a process."""

from __future__ import annotations

import datetime as dt
import functools
import ssl
from typing import assert_never

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from fakes.mail.session import Certificate, CertificateFault

_LONG_AGO = dt.datetime(2001, 1, 1, tzinfo=dt.UTC)
_PAST = dt.datetime(2002, 1, 1, tzinfo=dt.UTC)
_FAR = dt.datetime(2120, 1, 1, tzinfo=dt.UTC)
_FURTHER = dt.datetime(2130, 1, 1, tzinfo=dt.UTC)
_NAMELESS = ("nameless.invalid",)


@functools.lru_cache(maxsize=512)
def server_context(certificate: Certificate) -> ssl.SSLContext:
    """Give the context of a server that shows this certificate; TLS 1.2 or later."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # Nobody comes back to resume a session, so one ticket instead of two. Not none: a
    # client with Nagle's delay (smtplib) would wait 40 ms for the server to say a word.
    context.num_tickets = 1
    _leaf(certificate).configure_cert(context)
    return context


@functools.cache
def client_context() -> ssl.SSLContext:
    """Give the context of a client that trusts the throw-away CA and nothing else.

    Names are not checked here: the terms of a hand-off say which name counts.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.check_hostname = False
    _authority().configure_trust(context)
    return context


def authority_pem() -> bytes:
    """Give the certificate of the throw-away CA, for tools that want a file."""
    return _authority().cert_pem.bytes()


def server_pem(certificate: Certificate) -> bytes:
    """Give key and chain of such a server, for tools that want a file."""
    return _leaf(certificate).private_key_and_cert_chain_pem.bytes()


@functools.cache
def _authority() -> trustme.CA:
    return trustme.CA(organization_name="relay-harness throw-away")


@functools.cache
def _stranger() -> trustme.CA:
    return trustme.CA(organization_name="relay-harness stranger")


def _leaf(certificate: Certificate) -> trustme.LeafCert:
    names = certificate.names or _NAMELESS
    match certificate.fault:
        case CertificateFault.NONE:
            return _authority().issue_cert(*names)
        case CertificateFault.EXPIRED:
            return _authority().issue_cert(
                *names, not_before=_LONG_AGO, not_after=_PAST
            )
        case CertificateFault.NOT_YET_VALID:
            return _authority().issue_cert(*names, not_before=_FAR, not_after=_FURTHER)
        case CertificateFault.UNTRUSTED:
            return _stranger().issue_cert(*names)
        case CertificateFault.SELF_SIGNED:
            return _self_signed(names)
        case _:
            assert_never(certificate.fault)


def _self_signed(names: tuple[str, ...]) -> trustme.LeafCert:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "self-signed")])
    alternatives = x509.SubjectAlternativeName([x509.DNSName(each) for each in names])
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_LONG_AGO)
        .not_valid_after(_FAR)
        .add_extension(alternatives, critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    public = signed.public_bytes(serialization.Encoding.PEM)
    return trustme.LeafCert(private, public, [])
