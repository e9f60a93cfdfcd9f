"""What the second evaluator knows of actions (exchange-rules#5)."""

import re

from fakes.exchange.organization import Platform
from fakes.exchange.rules.rule import Mode
from tests.oracle_mail import disclaim, remove, show, write
from tests.oracle_people import attribute, manager_of, object_of, primary
from tests.oracle_text import NotForTheOracle, any_address

# ruff: noqa: C901, PLR0912  as plain as can be: one long list a question

LOOP = "X-MS-Exchange-Transport-Rules-Loop"
# modify, recipients, route, notify, block.
ORDER = (
    "SetHeader",
    "RemoveHeader",
    "PrependSubject",
    "ApplyHtmlDisclaimerText",
    "SetSCL",
    "AddToRecipients",
    "CopyTo",
    "BlindCopyTo",
    "RedirectMessageTo",
    "AddManagerAsRecipientType",
    "RouteMessageOutboundConnector",
    "RouteMessageOutboundRequireTls",
    "GenerateIncidentReport",
    "GenerateNotification",
    "RejectMessage",
    "DeleteMessage",
    "Quarantine",
    "ModerateMessageByUser",
    "ModerateMessageByManager",
    "SetAuditSeverity",
    "ApplyClassification",
)
# 6.3: what a test mode still does.
IN_TEST = {
    Mode.ENFORCE: set(ORDER),
    Mode.AUDIT: {"GenerateIncidentReport"},
    Mode.AUDIT_AND_NOTIFY: {"GenerateIncidentReport", "GenerateNotification"},
}


def do(rule, part, organization, copy_of):
    """Section 5, in the order of R-01."""
    by_name = {action.name: action.values for action in rule.actions}
    if set(by_name) - set(ORDER):
        raise NotForTheOracle(", ".join(by_name))
    # Section 5: with DoNotAudit there is no incident report.
    if by_name.get("SetAuditSeverity") == (("DoNotAudit",),):
        by_name.pop("GenerateIncidentReport", None)
    for name in ORDER:
        if name in by_name and name in IN_TEST[rule.mode]:
            act(name, by_name[name], part, organization, copy_of)
    # a rule in test mode does not stop.
    if rule.stops and rule.mode is Mode.ENFORCE:
        part.is_over = True


def act(name, values, part, organization, copy_of):
    message = part.message
    first = values[0][0] if values and values[0] else ""
    match name:
        case "SetHeader":
            write(message, first, values[1][0])
        case "RemoveHeader":
            remove(message, first)
        case "PrependSubject":
            old = (message.values("Subject") or [""])[0]
            write(message, "Subject", first + old)
        case "ApplyHtmlDisclaimerText":
            text = filled_in(first, message, organization)
            location = (*values[1], "Append")[0]
            if disclaim(message, text, location, (*values[2], "Wrap")[0]):
                part.end, part.is_over = "rejected", True
        case "SetSCL":
            write(message, "X-MS-Exchange-Organization-SCL", first)
        case "AddToRecipients" | "CopyTo" | "BlindCopyTo":
            people = [primary(text, organization) for text in values[0]]
            add(name, people, part, organization, copy_of)
        case "RedirectMessageTo":
            people = [primary(text, organization) for text in values[0]]
            redirect(people, part, organization, copy_of)
        case "AddManagerAsRecipientType":
            people = managers(message, organization)
            if people and first == "Redirect":
                redirect(people, part, organization, copy_of)
            elif people:
                add(first, people, part, organization, copy_of)
        case "RouteMessageOutboundConnector":
            part.connector = first
        case "GenerateIncidentReport":
            part.reports += [primary(text, organization) for text in values[0]]
        case "GenerateNotification":
            if any(copy.original is None for copy in part.copies):
                raise NotForTheOracle("a notification for a copy")
            part.reports += [copy.address for copy in part.copies]
        case "RejectMessage":
            part.end, part.is_over = "rejected", True
        case "DeleteMessage":
            part.end, part.is_over = "deleted", True
        case "Quarantine":
            part.end, part.is_over = "quarantined", True
        case "ModerateMessageByUser":
            moderate([primary(text, organization) for text in values[0]], part)
        case "ModerateMessageByManager":
            # v64: nobody to ask, and the mail goes on.
            people = managers(message, organization)
            if people:
                moderate(people, part)


def moderate(people, part):
    """5.2: the mail waits, each of them is asked; once only."""
    if part.end:
        return
    if part.message.values("X-MS-Exchange-Moderation-Loop"):
        part.end, part.is_over = "deleted", True
        return
    part.reports += people
    part.end, part.is_over = "moderated", True


def managers(message, organization):
    found = any_address(message.values("From"))
    above = [manager_of(address, organization) for address in found]
    return [address for address in above if address]


def add(name, people, part, organization, copy_of):
    """Add to To, Cc or Bcc, whoever does not get the mail already."""
    if part.end:
        raise NotForTheOracle("a copy of a rejected mail")
    if has_looped(part, organization):
        return
    known = {copy.address.lower() for copy in part.copies}
    part.copies = part.copies + [
        copy_of(None, person) for person in people if person.lower() not in known
    ]
    shown = {"AddToRecipients": "To", "CopyTo": "Cc", "To": "To", "Cc": "Cc"}
    if name in shown:
        show(part.message, shown[name], people)


def redirect(people, part, organization, copy_of):
    if has_looped(part, organization):
        return
    part.copies = [
        copy_of(copy.original, person) for copy in part.copies for person in people
    ]


def has_looped(part, organization):
    """7.4: a mail that a rule of an earlier pass has redirected or copied."""
    if part.is_stamped:
        return False
    if not part.message.values(LOOP):
        write(part.message, LOOP, "1")
        part.is_stamped = True
        return False
    if organization.platform is Platform.SERVER:
        raise NotForTheOracle(LOOP)
    part.end, part.is_over = "rejected", True
    return True


def filled_in(text, message, organization):
    """Section 5: the sender's attributes stand for their names."""

    def of_sender(token):
        for address in any_address(message.values("From"))[:1]:
            person = object_of(address, organization)
            if person and token[1].lower() == "displayname":
                return person.name
            return attribute(address, token[1], organization) or ""
        return ""

    return re.sub("%%(.+?)%%", of_sender, text)
