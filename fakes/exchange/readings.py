"""Readings: what Microsoft leaves open, one field a question.

A reading that nobody has settled is a choice point wherever its alternatives give
different results. The first alternative is the default.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, fields, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from fakes.choices import OpenReading

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

    from fakes.choices import Choices


@dataclass(frozen=True, slots=True)
class Question:
    """One open question: what is asked, the answers (default first), the sources."""

    asks: str
    alternatives: tuple[str, ...]
    sources: tuple[str, ...]
    settle: str


def _open(
    default: str, *others: str, asks: str, sources: tuple[str, ...], settle: str
) -> Any:  # noqa: ANN401  dataclasses.field is typed so
    question = Question(asks, (default, *others), sources, settle)
    return field(default=default, metadata={"question": question})


@dataclass(frozen=True, slots=True)
class Readings:
    """The answer taken for each open question, and which of them are settled."""

    underscore: str = _open(
        "letter",
        "boundary",
        asks="does an underscore beside a word end the word",
        sources=("exchange-rules#R-04", "msip-labels#2.2"),
        settle="send a mail with `_word_` and look which rules its trace names",
    )
    word_edge: str = _open(
        "always",
        "only-letters",
        asks="is the boundary tested at an edge that is itself punctuation",
        sources=("exchange-rules#R-07", "field-cases#word-edge"),
        settle="send a label header whose next entry follows `;` without a blank",
    )
    unicode_punctuation: str = _open(
        "boundary",
        "letter",
        asks="do punctuation and blanks outside ASCII end a word",
        sources=("exchange-rules#R-06",),
        settle="send a subject with the word in curly quotes",
    )
    cjk: str = _open(
        "letters",
        "boundary",
        asks="does a Chinese or Japanese character beside a word end it",
        sources=("exchange-rules#R-05",),
        settle="send a subject with the word between two such characters",
    )
    phrase_blanks: str = _open(
        "flexible",
        "exact",
        asks="does one blank in a phrase stand for any run of blanks",
        sources=("exchange-rules#R-08",),
        settle="send a subject with two blanks inside the phrase",
    )
    html_words: str = _open(
        "text-and-source",
        "text",
        asks="are words looked for in the source of an HTML body too",
        sources=("exchange-rules#R-14",),
        settle="send an HTML body that has the word in an attribute only",
    )
    html_patterns: str = _open(
        "source-and-text",
        "source",
        asks="are patterns looked for in the text of an HTML body beside its source",
        sources=("exchange-rules#R-14",),
        settle="send an HTML body with a tag in the midst of what the pattern finds",
    )
    online_patterns: str = _open(
        "dotnet",
        "as-observed",
        asks="are inline options and references to groups without a name of use online",
        sources=("exchange-rules#R-10", "exchange-rules#2.2"),
        settle="a rule on `(?-i)` and a word in capitals, and a mail with it in small",
    )
    sent_to_group: str = _open(
        "never-matches",
        "members",
        asks="does SentTo with a group hold for those who get the mail by the group",
        sources=("exchange-rules#R-18",),
        settle="a rule on SentTo with a group, and a mail to the group",
    )
    attribute_words: str = _open(
        "contains",
        "equals",
        asks="may more than the words of the rule stand in a directory attribute",
        sources=("exchange-rules#R-17",),
        settle="a rule on one word of the department, for a person with two",
    )
    ipv6_ranges: str = _open(
        "taken",
        "never-match",
        asks="does a range of IPv6 addresses take a sender that comes by IPv6",
        sources=("exchange-rules#R-16",),
        settle="a rule on the IPv6 network of a host that sends by it",
    )
    size_limit: str = _open(
        "at-least",
        "more-than",
        asks="does a size that is just the one of the rule count as over it",
        sources=("exchange-rules#R-25",),
        settle="only the exact octet matters",
    )
    size_compared: str = _open(
        "current",
        "original",
        asks="is the size of a mail the one it has now or the one it came with",
        sources=("exchange-rules#R-26",),
        settle="a mail that grows over the limit on its way through a server",
    )
    any_of_recipients: str = _open(
        "all-recipients",
        "each-recipient",
        asks="does AnyOfRecipientAddress speak for all recipients or for each",
        sources=("exchange-rules#R-19", "exchange-rules#v45"),
        settle="send to two recipients of whom one has the word in his address",
    )
    sender_with_recipient: str = _open(
        "each-recipient",
        "any-recipient",
        asks="does a condition on sender and recipient speak of each recipient",
        sources=("exchange-rules#R-28",),
        settle="send to two recipients of whom one is related to the sender",
    )
    attribute_comparison: str = _open(
        "each-recipient",
        "any-recipient",
        "all-recipients",
        asks="of which recipients is an attribute compared with the sender's",
        sources=("exchange-rules#R-27", "exchange-rules#R-28"),
        settle="send to two recipients, one of the sender's department, one not",
    )
    attachment_scan: str = _open(
        "one-megabyte",
        "150-kilobytes",
        asks="how much of the text of an attachment is looked at",
        sources=("exchange-rules#R-24",),
        settle="attach a text with the word behind its first 200 KB",
    )
    attached_mail: str = _open(
        "opened",
        "closed",
        asks="do conditions on attachments look into an attached mail",
        sources=("exchange-rules#3.5",),
        settle="attach a mail that has the word in its body and in no name",
    )
    repeated_headers: str = _open(
        "any",
        "first",
        asks="is every instance of a repeated header field tested",
        sources=("exchange-rules#R-23",),
        settle="send a mail with the field twice, the value in the second",
    )
    remove_header: str = _open(
        "all",
        "first",
        asks="does removing a header field remove all of its instances",
        sources=("exchange-rules#R-36",),
        settle="send the field twice through the rule and read what arrives",
    )
    server_header_sender: str = _open(
        "from",
        "from-sender-reply-to",
        asks="does a server look at Sender and Reply-To beside From",
        sources=("exchange-rules#R-44",),
        settle="send with another Sender on Exchange Server",
    )
    anonymous_own_sender: str = _open(
        "outside",
        "inside",
        asks="is an unauthenticated sender that has a mailbox here inside",
        sources=("exchange-rules#R-20", "exchange-rules#3.3"),
        settle="send from an anonymous session with the address of a mailbox",
    )
    foreign_address_object: str = _open(
        "outside",
        "inside",
        asks="is a mail user or contact with a foreign address inside",
        sources=("field-cases#scope-foreign-address",),
        settle="send to a guest or mail user whose address is foreign",
    )
    two_connectors: str = _open(
        "last",
        "first",
        asks="which connector takes a mail that two rules send to two connectors",
        sources=("exchange-rules#R-51", "exchange-routing#X-6"),
        settle="two test rules, two connectors: which one does the trace show",
    )
    unusable_connector: str = _open(
        "defer",
        "ordinary-routing",
        "ndr",
        asks="what becomes of a mail whose rule names a connector that is off or gone",
        sources=("exchange-rules#R-56", "exchange-routing#X-5"),
        settle="turn the connector off and send a harmless mail that the rule takes",
    )
    unscoped_connector: str = _open(
        "allowed",
        "refused",
        asks="may a rule name a connector that is not made for rules",
        sources=("exchange-rules#R-50", "exchange-routing#X-4"),
        settle="point a test rule at such a connector and read the trace",
    )
    action_order: str = _open(
        "changes-first",
        "changes-last",
        asks="does one rule change a mail before it reports, copies and rejects it",
        sources=("exchange-rules#R-01", "exchange-rules#1"),
        settle="one rule that prepends the subject and reports the original mail",
    )
    refused_greeting: str = _open(
        "waits",
        "ndr",
        asks="does a mail wait or go back when a server greets with a refusal",
        sources=("exchange-routing#X-21",),
        settle="a connector to a host that greets with 554: is there a report at once",
    )
    reject_ends_rules: str = _open(
        "yes",
        "no",
        asks="do later rules still see a mail that a rule rejects",
        sources=("exchange-rules#R-35",),
        settle="a rule that rejects ahead of one that adds a Bcc",
    )
    stop_in_test_mode: str = _open(
        "not-honoured",
        "honoured",
        asks="does a rule in test mode stop the rules after it",
        sources=("exchange-rules#R-42",),
        settle="a test-mode rule with stop ahead of one that prepends the subject",
    )
    stop_of_some: str = _open(
        "matched-copy",
        "every-copy",
        asks="whose rules end where a rule that stops holds for some recipients only",
        sources=("exchange-rules#R-32",),
        settle="a rule for one recipient with stop, then one for everybody",
    )
    rest_of_split: str = _open(
        "goes-on",
        "begins-anew",
        asks="does a copy that a rule did not take meet the rules before it again",
        sources=("exchange-rules#R-31", "exchange-rules#4"),
        settle="a rule that prepends the subject, then one for one of two recipients",
    )
    route_after_approval: str = _open(
        "kept",
        "lost",
        asks="does a mail that moderators approve keep the connector of a rule before",
        sources=("exchange-rules#R-53", "exchange-rules#5.2"),
        settle="a rule with a connector ahead of one that moderates: approve a mail",
    )
    redirect_ends_rules: str = _open(
        "no",
        "yes",
        asks="do later rules still see a mail that a rule redirects",
        sources=("exchange-rules#R-33",),
        settle="a redirecting rule ahead of one that prepends the subject",
    )
    later_rules_see_recipients: str = _open(
        "new",
        "old",
        asks="do later rules see the recipients that a rule set or added",
        sources=("exchange-rules#R-39",),
        settle="redirect, then a rule on the new recipient's address",
    )
    later_rules_see_edits: str = _open(
        "all",
        "subject-only",
        asks="which changes to a mail do the conditions of later rules see",
        sources=("exchange-rules#R-38", "exchange-rules#v58"),
        settle="a rule that sets a header field ahead of one that tests it",
    )
    route_with_redirect: str = _open(
        "routed",
        "not-routed",
        asks="does a redirected mail take the connector that a rule named",
        sources=("exchange-rules#R-52",),
        settle="one rule redirects, another names a connector",
    )
    added_follow_connector: str = _open(
        "yes",
        "no",
        asks="do recipients that a rule adds take the connector too",
        sources=("exchange-rules#R-55",),
        settle="a rule with Bcc and a connector: where does the copy go",
    )
    tls_with_connector: str = _open(
        "both",
        "connector-only",
        asks="must TLS that a rule demands hold on a connector that demands none",
        sources=("exchange-rules#R-54",),
        settle="a connector without TLS to a host without TLS, and a rule with both",
    )
    wrapper_fields: str = _open(
        "address-fields",
        "all",
        asks="which header fields does a wrapper have of the mail that it holds",
        sources=("exchange-rules#v87", "exchange-rules#5.1"),
        settle="a disclaimer that wraps a signed mail with a label: read its header",
    )
    scl_seen_later: str = _open(
        "yes",
        "no",
        asks="does a later rule see the spam confidence level that a rule set",
        sources=("exchange-rules#R-40",),
        settle="a rule that sets the level ahead of one that tests it",
    )
    ignored_error: str = _open(
        "this-rule",
        "all-later-rules",
        asks="does an error that is ignored leave out the later rules as well",
        sources=("exchange-rules#R-43",),
        settle="no test brings it about: read the trace of a mail that met an error",
    )
    window_edge: str = _open(
        "from-start-until-end",
        "after-start-through-end",
        asks="is a rule active in the very moment of its start and its end",
        sources=("exchange-rules#R-30",),
        settle="only the exact second matters",
    )
    redirect_is_forward: str = _open(
        "no",
        "yes",
        asks="does an outbound spam policy keep in what a mail flow rule redirects",
        sources=("exchange-routing#X-29",),
        settle="a rule that redirects a test mail outside, AutoForwardingMode Off",
    )
    forward_keeps_fields: str = _open(
        "yes",
        "no",
        asks="does a mail that an inbox rule forwards keep its header fields",
        sources=("field-cases#a-second-pass",),
        settle="a labelled mail to a mailbox whose rule forwards it: read its header",
    )
    connector_choice: str = _open(
        "most-specific",
        "listed-order",
        asks="does a connector for a wildcard beat one for all accepted domains",
        sources=("exchange-routing#X-1",),
        settle="read the trace of a mail to a subdomain that both connectors cover",
    )
    size_announced: str = _open(
        "heeded",
        "ignored",
        asks="does a mail that outgrows the SIZE of the next hop go back unsent",
        sources=("exchange-routing#X-17",),
        settle="send a mail larger than the SIZE that the next hop names at EHLO",
    )
    utf8_not_offered: str = _open(
        "ndr",
        "sent",
        asks="what becomes of raw UTF-8 names where the next hop offers no SMTPUTF8",
        sources=("exchange-routing#X-18",),
        settle="send a mail with a UTF-8 header field to a host without SMTPUTF8",
    )
    eight_bit_kept: str = _open(
        "sent",
        "ndr",
        asks="what becomes of signed 8-bit mail where the next hop takes 7-bit only",
        sources=("exchange-routing#E20",),
        settle="send a signed mail with 8-bit text to a host without 8BITMIME",
    )
    connector_tie: str = _open(
        "first-by-name",
        "last-by-name",
        asks="which of two equally specific connectors takes a mail",
        sources=("exchange-routing#X-2",),
        settle="read the trace of a mail to the domain that both connectors cover",
    )
    connector_wildcard: str = _open(
        "domain-and-subdomains",
        "subdomains-only",
        asks="does *.contoso.com on a connector cover contoso.com itself",
        sources=("exchange-routing#X-27",),
        settle="read the trace of a mail to the domain itself",
    )
    test_mode_connector: str = _open(
        "not-used",
        "used",
        asks="does a connector that is in test mode take mail",
        sources=("exchange-routing#X-28",),
        settle="read the trace of a mail to a domain of a connector in test mode",
    )
    centralised_transport: str = _open(
        "rule",
        "on-premises",
        asks="does centralised transport take a mail whose rule names a connector",
        sources=("exchange-routing#X-3", "field-cases#X-3"),
        settle="read the trace of a mail that a rule sends to a connector",
    )
    connector_size: str = _open(
        "35-megabytes",
        "25-megabytes",
        "10-megabytes",
        "unlimited",
        asks="how large a mail takes a send connector whose limit nobody exported",
        sources=("exchange-routing#X-9",),
        settle="Get-SendConnector | Format-List Name, MaxMessageSize",
    )
    failing_tls: str = _open(
        "waits",
        "in-clear",
        asks="does mail go in clear where TLS is not demanded, is offered and fails",
        sources=("exchange-routing#X-8", "field-cases#X-8"),
        settle="send to a server of yours that offers STARTTLS and then refuses it",
    )
    revoked_certificate: str = _open(
        "refused",
        "taken",
        asks="does a certificate that was revoked keep a mail back",
        sources=("exchange-routing#1.6",),
        settle="send to a server of yours whose certificate you had revoked",
    )
    weak_certificate: str = _open(
        "refused",
        "taken",
        asks="does a certificate with a short key keep a mail back",
        sources=("exchange-routing#1.6",),
        settle="send to a server of yours whose certificate has a key of 1024 bits",
    )
    partner_rewriting: str = _open(
        "rewritten",
        "not-rewritten",
        asks="is others' mail that leaves by a Partner connector sent in our name",
        sources=("exchange-routing#X-22", "field-cases#X-22"),
        settle="redirect a mail from outside to such a connector: its MAIL FROM",
    )
    journal_of_ended: str = _open(
        "left-out",
        "journaled",
        asks="is a mail journaled that is rejected or deleted on its way",
        sources=("exchange-rules#4",),
        settle="a rule that deletes ahead of a journal rule for everybody",
    )
    routing_loop: str = _open(
        "not-counted",
        "counted",
        asks="does a rule's connector count for the loop limit of rules",
        sources=("exchange-routing#X-25", "field-cases#X-25"),
        settle="send a mail with the loop header through such a rule",
    )
    settled: frozenset[str] = frozenset()


QUESTIONS: dict[str, Question] = {
    item.name: item.metadata["question"]
    for item in fields(Readings)
    if "question" in item.metadata
}


def alternatives(readings: Readings, name: str) -> tuple[str, ...]:
    """Give the answers still open, the one that is taken first; one if settled."""
    taken: str = getattr(readings, name)
    if name in readings.settled:
        return (taken,)
    others = (a for a in QUESTIONS[name].alternatives if a != taken)
    return (taken, *others)


def with_answers(readings: Readings, answers: Mapping[str, str]) -> Readings:
    """Give the readings with other answers taken."""
    return _with(readings, tuple(answers.items()))


@lru_cache(maxsize=4096)
def _with(readings: Readings, answers: tuple[tuple[str, str], ...]) -> Readings:
    return replace(readings, **dict[str, Any](answers))


@lru_cache(maxsize=1024)
def every_way(readings: Readings, names: tuple[str, ...]) -> tuple[Readings, ...]:
    """Give the readings with every answer to these questions, as they are first."""
    answers = itertools.product(*(alternatives(readings, name) for name in names))
    return tuple(
        with_answers(readings, dict(zip(names, given, strict=True)))
        for given in answers
    )


def ask(readings: Readings, choices: Choices, name: str) -> str:
    """Take the answer of this run; a settled reading is no choice."""
    open_ = alternatives(readings, name)
    if len(open_) == 1:
        return open_[0]
    return choices.choose(OpenReading(name), open_)


def differs(
    readings: Readings, names: tuple[str, ...], result: Callable[[Readings], Hashable]
) -> bool:
    """Say whether some answers to these questions give another result."""
    found: set[Hashable] = set()
    for taken in every_way(readings, names):
        found.add(result(taken))
        if len(found) > 1:
            return True
    return False


def settle(
    readings: Readings,
    choices: Choices,
    names: tuple[str, ...],
    result: Callable[[Readings], Hashable],
) -> Readings:
    """Ask those of the questions that matter for the result, one after the other.

    What no answer can change any more is not asked: no choice point is met whose
    alternatives would give the same.
    """
    for index, name in enumerate(names):
        later = names[index + 1 :]
        if any(differs(taken, (name,), result) for taken in every_way(readings, later)):
            answer = ask(readings, choices, name)
            readings = with_answers(readings, {name: answer})
    return readings
