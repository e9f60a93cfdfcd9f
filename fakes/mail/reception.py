"""One client's session at a server, without I/O: what each verb is answered.

The server behind sockets and the computed conversation both hold one, so that they
cannot differ.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Generic, TypeVar

from fakes.mail.envelope import Envelope
from fakes.mail.receiving import (
    BDAT_BEGUN,
    HELLO_FIRST,
    MAIL_FIRST,
    NEEDS_UTF8,
    NESTED_MAIL,
    RCPT_FIRST,
    Showing,
    answer_data,
    answer_hello,
    answer_mail,
    answer_message,
    answer_starttls,
    extensions,
)
from fakes.mail.session import Session

if TYPE_CHECKING:
    from fakes.mail.address import Address
    from fakes.mail.content import Content
    from fakes.mail.receiver import Receipt, Receiver
    from fakes.mail.reply import Reply
    from fakes.mail.session import Agreed, Certificate, IpAddress

R = TypeVar("R")


class Reception(Generic[R]):
    """The state of one session, and the answers of its receiver.

    `shown` is another certificate than the receiver's usual one, in this session.
    """

    def __init__(self, receiver: Receiver[R], source: IpAddress | None) -> None:
        self.receiver = receiver
        self.session = Session(source, "")
        self.shown: Certificate | None = None
        self._is_utf8 = False
        self._begun: Envelope | None = None
        # A list: to copy a tuple for each takes time by the square.
        self._taken: list[Address] = []
        self._is_chunked = False

    @property
    def has_sender(self) -> bool:
        """Whether a mail was begun."""
        return self._begun is not None

    @property
    def lacks_tls(self) -> bool:
        """Whether mail must wait for TLS."""
        return self.receiver.needs_tls and not self.session.is_encrypted

    @property
    def envelope(self) -> Envelope:
        """What was taken of the envelope so far."""
        sender = None if self._begun is None else self._begun.reverse_path
        return Envelope(sender, tuple(self._taken))

    def connect(self) -> Reply | None:
        """Greet, refuse, or keep silent."""
        return self.receiver.connect(self.session)

    def hello(self, name: str) -> Reply:
        """Answer EHLO or HELO."""
        self.reset()
        seen = replace(self.session, helo=name)
        answer = answer_hello(self.receiver, seen)
        if answer.is_positive:
            self.session = seen
        return answer

    @property
    def offers(self) -> tuple[str, ...]:
        """The lines of the EHLO reply behind the first."""
        return extensions(self.receiver, self.session)

    def starttls(self) -> Reply:
        """Answer STARTTLS outside TLS."""
        answer = answer_starttls(self.receiver, self.session)
        self.shown = answer.certificate if isinstance(answer, Showing) else None
        return answer

    def secured(
        self, certificate: tuple[str, ...] = (), agreed: Agreed | None = None
    ) -> None:
        """Forget all that was said in clear (RFC 3207 4.2).

        `certificate` are the names in the one that the client showed, `agreed` is
        what was seen of the TLS.
        """
        self.reset()
        self.session = Session(
            self.session.source,
            "",
            is_encrypted=True,
            certificate=certificate,
            agreed=agreed,
        )

    def log_in(self, user: str, password: str) -> Reply:
        """Answer AUTH, once the credentials are told."""
        authenticate = self.receiver.authenticate
        assert authenticate is not None  # noqa: S101  AUTH was offered
        answer = authenticate(self.session, user, password)
        if answer.is_positive:
            self.session = replace(self.session, identity=user)
        return answer

    def refuse_mail(self) -> Reply | None:
        """Say why MAIL comes at the wrong time."""
        if not self.session.helo:
            return HELLO_FIRST
        if self.lacks_tls:
            return self.receiver.wording.tls_first
        return NESTED_MAIL if self.has_sender else None

    def mail(
        self, reverse_path: Address | None, size: int | None, *, is_utf8: bool = False
    ) -> Reply:
        """Answer MAIL."""
        refusal = self.refuse_mail()
        if refusal is None and not is_utf8 and not str(reverse_path).isascii():
            refusal = NEEDS_UTF8
        if refusal:
            return refusal
        answer = answer_mail(self.receiver, self.session, reverse_path, size)
        if answer.is_positive:
            self._begun = Envelope(reverse_path, ())
            self._is_utf8 = is_utf8
        return answer

    def refuse_rcpt(self) -> Reply | None:
        """Say why RCPT comes at the wrong time."""
        if self.lacks_tls:
            return self.receiver.wording.tls_first
        if not self.has_sender:
            return MAIL_FIRST
        return BDAT_BEGUN if self._is_chunked else None

    def recipient(self, address: Address) -> Reply:
        """Answer RCPT."""
        refusal = self.refuse_rcpt()
        if refusal is None and not self._is_utf8 and not str(address).isascii():
            refusal = NEEDS_UTF8
        if refusal:
            return refusal
        sender = self._begun.reverse_path if self._begun else None
        count = len(self._taken)
        answer = self.receiver.recipient(self.session, sender, address, count)
        if answer.is_positive:
            self._taken.append(address)
        return answer

    def data(self) -> Reply:
        """Answer DATA."""
        refusal = self._refuse_content()
        if self._is_chunked:
            refusal = BDAT_BEGUN
        return refusal or answer_data(self.receiver, self.session, self.envelope)

    def chunk(self) -> Reply | None:
        """Answer the begin of a chunk; None lets it come."""
        refusal = self._refuse_content()
        if refusal is None and not self._is_chunked:
            answer = answer_data(self.receiver, self.session, self.envelope)
            refusal = None if answer.is_positive else answer
        self._is_chunked = refusal is None
        return refusal

    def message(self, content: Content) -> Receipt[R] | Reply:
        """Answer the end of data; the mail is over."""
        envelope = self.envelope
        self.reset()
        return answer_message(self.receiver, self.session, envelope, content)

    def reset(self) -> None:
        """Forget the mail that was begun."""
        self._begun, self._taken = None, []
        self._is_chunked, self._is_utf8 = False, False

    def _refuse_content(self) -> Reply | None:
        if self.lacks_tls:
            return self.receiver.wording.tls_first
        if not self.has_sender:
            return MAIL_FIRST
        return None if self._taken else RCPT_FIRST
