"""A hybrid of two sides for the tests, and drawn ones like it."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import strategies as st

import harness.scenario.files
from fakes.mail.address import parse_address as address
from fakes.mail.content import Content
from fakes.mail.envelope import Envelope
from fakes.mail.item import MailItem, Submission
from harness.edits import disable_connector, disable_rule, set_connector, with_zone
from harness.exports.files import read_tenant
from harness.world import turned

AT = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
FOLDER = Path(harness.scenario.files.__file__).parent / "tenants" / "contoso-hybrid"
WORLD = read_tenant(str(FOLDER)).world
ANNA, DORA = address("anna@contoso.example"), address("dora@contoso.example")
BOB, INFO = address("bob@contoso.example"), address("info@fabrikam.example")
TO_SERVERS, TO_CLOUD = "Outbound to own servers", "Outbound to Office 365"
CENTRAL = {"RouteAllMessagesViaOnPremises": True, "RecipientDomains": ["*"]}
SILENT = {"CloudServicesMailEnabled": False}


def mail(*to, sender=ANNA, subject="Secure results", headers="", **how):
    names = ", ".join(map(str, to))
    raw = f"From: {sender}\r\nTo: {names}\r\nSubject: {subject}\r\n{headers}\r\nx\r\n"
    submission = Submission(**how) if how else Submission(authenticated=sender)
    return MailItem(Envelope(sender, to), Content(raw.encode()), submission)


def there(world, edit, *arguments):
    """Edit the side of the servers."""
    return turned(edit(turned(world), *arguments))


def with_mx(world, host):
    zone = world.internet.zone
    records = dict(zone.records) | {("contoso.example", "MX"): (f"10 {host}",)}
    return with_zone(world, replace(zone, records=records))


@dataclass(frozen=True)
class Drawn:
    """A world and a mail that were drawn."""

    world: object
    item: MailItem


@st.composite
def drawn(draw):
    """Draw a hybrid: rules on or off, headers carried or not, transport central."""
    world = WORLD
    if draw(st.booleans()):
        world = disable_rule(world, "Zivver in the cloud")
    if draw(st.booleans()):
        world = there(world, disable_rule, "Zivver on the servers")
    if draw(st.booleans()):
        world = set_connector(world, TO_SERVERS, CENTRAL)
    if draw(st.booleans()):
        world = set_connector(world, TO_SERVERS, SILENT)
    if draw(st.booleans()):
        world = there(world, set_connector, TO_CLOUD, SILENT)
    if draw(st.integers(0, 4)) == 0:
        world = disable_connector(world, TO_SERVERS)
    if draw(st.booleans()):
        world = with_mx(world, "mail.contoso.example")
    people = st.sampled_from([ANNA, DORA, BOB, INFO])
    to = tuple(draw(st.lists(people, min_size=1, max_size=3, unique=True)))
    sender = draw(st.sampled_from([ANNA, BOB, INFO]))
    how = {} if sender != INFO else {"helo": "mx.fabrikam.example"}
    subject = draw(st.sampled_from(["Secure results", "Lunch?"]))
    return Drawn(world, mail(*to, sender=sender, subject=subject, **how))
