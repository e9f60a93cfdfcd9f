"""What the second evaluator knows of a mail: fields, texts, files, and changes to them.

The standard library's own policy decodes; a change is made to what was decoded.
"""

import email
import email.policy
import io
import zipfile

from tests.oracle_text import NotForTheOracle, any_address, plain

KEPT = {"from", "sender", "reply-to", "to", "cc", "date", "subject", "message-id"}
# A change of ours may take more or fewer octets than one of Exchange.
MARGIN = 4000


class File:
    """An attachment: its name, its octets, and the files that lie in it."""

    def __init__(self, name, payload, inside=()):
        self.name, self.payload, self.inside = name, payload, list(inside)

    def names(self):
        found = [self.name] if self.name else []
        return found + [name for file in self.inside for name in file.names()]


class Message:
    """Header fields as (name, decoded text), the body's texts, the files."""

    def __init__(self, item):
        parsed = email.message_from_bytes(item.content.raw, policy=email.policy.default)
        self.fields = [(name, str(value)) for name, value in parsed.items()]
        self.reverse_path = item.envelope.reverse_path
        self.source = item.submission.source
        self.raw = item.content.raw
        self.is_changed = self.is_disclaimed = False
        self.is_signed = parsed.get_content_type() == "multipart/signed"
        self.leaves, self.files, self.charsets, self.types = [], [], [], set()
        if self.is_signed:
            self.types.add("Signed")
        take_apart(parsed, self)

    def copy(self):
        other = object.__new__(Message)
        other.__dict__.update(self.__dict__)
        other.fields, other.leaves = list(self.fields), list(self.leaves)
        return other

    def values(self, name):
        return [v for n, v in self.fields if n.lower() == name.lower()]

    @property
    def texts(self):
        """R-14: of HTML both the source and the text."""
        found = []
        for kind, text in self.leaves:
            found += [text, plain(text)] if kind == "text/html" else [text]
        return found

    def size_for(self, limit):
        """R-26: the size that the mail has now, as far as it must be known."""
        if self.is_changed and abs(len(self.raw) - limit) < MARGIN:
            raise NotForTheOracle("the size of a changed mail")
        return len(self.raw)


def take_apart(part, message):
    if part.get_content_maintype() == "multipart":
        for inner in part.iter_parts():
            take_apart(inner, message)
    elif part.get_filename() or part.is_attachment():
        message.files.append(file_of(part))
    elif part.get_content_type() in {"text/plain", "text/html"}:
        message.leaves.append((part.get_content_type(), part.get_content()))
        message.charsets.append(part.get_content_charset())
    elif part.get_content_type() == "text/calendar" and part.get_param("method"):
        message.types.add("Calendaring")
        message.charsets.append(part.get_content_charset())
    else:
        raise NotForTheOracle(part.get_content_type())


def file_of(part):
    name = part.get_filename() or ""
    content = part.get_content()
    payload = content.encode() if isinstance(content, str) else content
    if isinstance(content, str):
        payload = part.get_payload(decode=True)
    return File(name, payload, in_archive(payload))


def in_archive(payload):
    """3.5: what lies in an archive is looked at as well."""
    if payload[:4] != b"PK\x03\x04":
        return []
    with zipfile.ZipFile(io.BytesIO(payload)) as archive:
        return [
            File(name.rpartition("/")[2], archive.read(name), ())
            for name in archive.namelist()
        ]


def write(message, name, value):
    """Add the field or overwrite it; no second instance stays."""
    done = False
    fields = []
    for field, old in message.fields:
        if field.lower() != name.lower():
            fields.append((field, old))
        elif not done:
            fields.append((field, value))
            done = True
    message.fields = fields if done else [*fields, (name, value)]
    message.is_changed = True


def remove(message, name):
    kept = [f for f in message.fields if f[0].lower() != name.lower()]
    message.is_changed |= kept != message.fields
    message.fields = kept


def show(message, name, people):
    """Section 5: recipients added to To or Cc are visible there."""
    known = {address.lower() for address in any_address(message.values(name))}
    new = [person for person in people if person.lower() not in known]
    if new:
        write(message, name, ", ".join([*message.values(name), *new]))


def disclaim(message, text, location, fallback):
    """Section 5: HTML into HTML, its text into plain text; else what was agreed.

    Says whether the mail is refused.
    """
    if message.is_signed:
        if fallback == "Reject":
            return True
        if fallback == "Wrap":
            wrap(message, text)
        return False
    if not message.leaves:
        raise NotForTheOracle("a disclaimer where there is no text")
    leaves = []
    for kind, old in message.leaves:
        new = text if kind == "text/html" else plain(text).strip()
        gap = "" if kind == "text/html" else "\n"
        both = [new, old] if location == "Prepend" else [old, new]
        leaves.append((kind, gap.join(both)))
    message.leaves = leaves
    message.is_changed = message.is_disclaimed = True
    return False


def wrap(message, text):
    """v87: later rules see a new mail, and the old one as an attachment of it."""
    message.fields = [
        (name, value)
        for name, value in message.fields
        if name.lower() in KEPT or name.lower().startswith("x-ms-exchange-")
    ]
    message.files = [File("", message.raw, message.files)]
    message.leaves = [("text/html", text)]
    message.types, message.is_signed = set(), False
    message.is_changed = message.is_disclaimed = True
