"""A throw-away CA, and certificates for every fault; made once in a process."""

from __future__ import annotations

import datetime as dt
import functools
import ssl
import warnings
from typing import assert_never

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from fakes.mail.session import Certificate, CertificateFault, ServerTls

_LONG_AGO = dt.datetime(2001, 1, 1, tzinfo=dt.UTC)
_PAST = dt.datetime(2002, 1, 1, tzinfo=dt.UTC)
_FAR = dt.datetime(2120, 1, 1, tzinfo=dt.UTC)
_FURTHER = dt.datetime(2130, 1, 1, tzinfo=dt.UTC)
_NAMELESS = ("nameless.invalid",)
_REVOKED_SERIAL = 4711
_WEAK_BITS = 1024
_ANY_STRENGTH = "DEFAULT:@SECLEVEL=0"


def tls_context(tls: ServerTls) -> ssl.SSLContext | None:
    """Give the context of a server that does STARTTLS so; None if it does not."""
    if not tls.is_offered or tls.is_refused:
        return None
    context = server_context(tls.certificate)
    return _outdated(tls.certificate) if tls.is_outdated else context


@functools.lru_cache(maxsize=512)
def server_context(certificate: Certificate) -> ssl.SSLContext:
    """Give the context of a server that shows this certificate; TLS 1.2 or later."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # Nobody comes back to resume a session, so one ticket instead of two. Not none: a
    # client with Nagle's delay (smtplib) would wait 40 ms for the server to say a word.
    context.num_tickets = 1
    if certificate.fault is CertificateFault.WEAK_KEY:
        context.set_ciphers(_ANY_STRENGTH)
    _leaf(certificate).configure_cert(context)
    return context


@functools.lru_cache(maxsize=512)
def _outdated(certificate: Certificate) -> ssl.SSLContext:
    """Give the context of a server that speaks nothing newer than TLS 1.1."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers(_ANY_STRENGTH)
    with warnings.catch_warnings():
        # Python warns of the very versions that this is about.
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
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
    # A list of what was revoked is read from a file only.
    with trustme.Blob(_revocations()).tempfile() as file:
        context.load_verify_locations(file)
    context.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF
    return context


def asking_context(certificate: Certificate) -> ssl.SSLContext:
    """Give the context of a server that asks clients for a certificate.

    Who shows none comes in; one that does not hold breaks the handshake.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.verify_mode = ssl.CERT_OPTIONAL
    _authority().configure_trust(context)
    _leaf(certificate).configure_cert(context)
    return context


def showing_context(certificate: Certificate) -> ssl.SSLContext:
    """Give the context of a client that shows this certificate to who asks."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.check_hostname = False
    _authority().configure_trust(context)
    _leaf(certificate).configure_cert(context)
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


def _leaf(  # noqa: PLR0911  one for each fault
    certificate: Certificate,
) -> trustme.LeafCert:
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
        case CertificateFault.INCOMPLETE_CHAIN:
            whole = _between().issue_cert(*names)
            private, leaf = whole.private_key_pem.bytes(), whole.cert_chain_pems[0]
            return trustme.LeafCert(private, leaf.bytes(), [])
        case CertificateFault.REVOKED:
            key = ec.generate_private_key(ec.SECP256R1())
            return _issued(names, key, serial=_REVOKED_SERIAL)
        case CertificateFault.WEAK_KEY:
            weak = rsa.generate_private_key(65537, _WEAK_BITS)
            return _issued(names, weak, serial=x509.random_serial_number())
        case _:
            assert_never(certificate.fault)


@functools.cache
def _between() -> trustme.CA:
    return _authority().create_child_ca()


def _self_signed(names: tuple[str, ...]) -> trustme.LeafCert:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "self-signed")])
    serial = x509.random_serial_number()
    return _made(names, key, serial=serial, issuer=name, signer=key)


def _issued(
    names: tuple[str, ...],
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey,
    *,
    serial: int,
) -> trustme.LeafCert:
    """Let the CA sign what trustme does not make: a key or a number of our own."""
    return _made(names, key, serial=serial, issuer=_subject(), signer=_signer())


def _made(
    names: tuple[str, ...],
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey,
    *,
    serial: int,
    issuer: x509.Name,
    signer: ec.EllipticCurvePrivateKey,
) -> trustme.LeafCert:
    is_own = signer is key
    common = "self-signed" if is_own else "relay-harness"
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])
    alternatives = x509.SubjectAlternativeName([x509.DNSName(each) for each in names])
    signed = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(serial)
        .not_valid_before(_LONG_AGO)
        .not_valid_after(_FAR)
        .add_extension(alternatives, critical=False)
        .sign(signer, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    public = signed.public_bytes(serialization.Encoding.PEM)
    return trustme.LeafCert(private, public, [])


def _subject() -> x509.Name:
    return x509.load_pem_x509_certificate(authority_pem()).subject


def _signer() -> ec.EllipticCurvePrivateKey:
    pem = _authority().private_key_pem.bytes()
    key = serialization.load_pem_private_key(pem, None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)  # noqa: S101  trustme's kind
    return key


def _revocations() -> bytes:
    """Write the CA's list of the certificates that it has revoked."""
    gone = (
        x509.RevokedCertificateBuilder()
        .serial_number(_REVOKED_SERIAL)
        .revocation_date(_LONG_AGO)
        .build()
    )
    signed = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(_subject())
        .last_update(_LONG_AGO)
        .next_update(_FURTHER)
        .add_revoked_certificate(gone)
        .sign(_signer(), hashes.SHA256())
    )
    return signed.public_bytes(serialization.Encoding.PEM)
