"""Mail that a rule asks for by its people: who sends it, and who gets it."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from types import MappingProxyType
from typing import TYPE_CHECKING

from fakes.exchange.rules.values import Domains, Recipients
from fakes.exchange.rules.values_numbers import IpRanges
from fakes.exchange.rules.values_people import Between, GroupMembers
from fakes.mail.address import Address, AddressError, parse_address
from harness.check.writing.bench import sent_by, sent_to, wanted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from fakes.exchange.rules.rule import Condition
    from harness.check.draft import Draft
    from harness.check.writing.bench import Bench, Writer

# So many of the organisation's people are tried where only they can be meant.
_MOST_PEOPLE = 20
_NAME = "info"


def _from(draft: Draft, condition: Condition, bench: Bench) -> Iterator[Draft]:
    for address in _named(condition, bench, bench.stage.writer):
        if address not in bench.stage.facts.groups:
            yield sent_by(draft, address, bench)


def _to(draft: Draft, condition: Condition, bench: Bench) -> Iterator[Draft]:
    for address in _named(condition, bench, bench.stage.outsiders[0]):
        yield sent_to(draft, address, bench)


def _copied(draft: Draft, condition: Condition, bench: Bench) -> Iterator[Draft]:
    for address in _named(condition, bench, bench.stage.outsiders[1]):
        yield replace(draft, cc=(address,))


def _from_scope(draft: Draft, condition: Condition, bench: Bench) -> Iterator[Draft]:
    del condition
    yield sent_by(draft, bench.stage.writer, bench)
    yield sent_by(draft, bench.stage.outsiders[2], bench)


def _to_scope(draft: Draft, condition: Condition, bench: Bench) -> Iterator[Draft]:
    del condition
    yield sent_to(draft, bench.stage.outsiders[0], bench)
    yield sent_to(draft, bench.stage.colleague, bench)


def _from_host(draft: Draft, condition: Condition, bench: Bench) -> Iterator[Draft]:
    del bench
    value = condition.value
    for first, last in value.ranges if isinstance(value, IpRanges) else ():
        yield replace(draft, source=first)
        yield replace(draft, source=last)


def _between(draft: Draft, condition: Condition, bench: Bench) -> Iterator[Draft]:
    value = condition.value
    if isinstance(value, Between):
        for one in sorted(value.first.addresses, key=str)[:_MOST_PEOPLE]:
            for other in sorted(value.second.addresses - {one}, key=str)[:1]:
                yield sent_to(sent_by(draft, one, bench), other, bench)


def _anybody(draft: Draft, condition: Condition, bench: Bench) -> Iterator[Draft]:
    """Try the people themselves: who stands how to whom only the directory tells."""
    people = bench.stage.facts.people[:_MOST_PEOPLE]
    for address in people:
        yield sent_by(draft, address, bench)
    for address in people:
        if address != draft.sender:
            yield sent_to(draft, address, bench)
    if condition.row.level.value == "recipient":
        for sender in people[:5]:
            for address in people:
                if address != sender:
                    yield sent_to(sent_by(draft, sender, bench), address, bench)


def _named(condition: Condition, bench: Bench, like: Address) -> Iterable[Address]:
    """Give addresses that a condition may mean: those named, of people, made up."""
    value = condition.value
    if isinstance(value, Recipients | GroupMembers):
        named = sorted(value.addresses, key=str)[:_MOST_PEOPLE]
        # Whom the organisation knows comes before whom only the rule names.
        return sorted(named, key=lambda who: who not in bench.stage.facts.everybody)
    if isinstance(value, Domains):
        return _of_domains(value.domains, bench)
    made_up = dict.fromkeys(
        address for text in wanted(condition) for address in _spelt(text, like)
    )
    return (*islice(_known(bench), _MOST_PEOPLE), *made_up)


def _known(bench: Bench) -> Iterator[Address]:
    stage = bench.stage
    yield from (stage.writer, stage.colleague, *stage.outsiders)
    yield from stage.facts.people


def _of_domains(domains: tuple[str, ...], bench: Bench) -> Iterator[Address]:
    for domain in domains:
        known = [who for who in _known(bench) if who.domain_key == domain.lower()]
        yield from known[:1]
        yield Address(_NAME, domain)


def _spelt(text: str, like: Address) -> Iterator[Address]:
    """Make addresses that have a text in them."""
    bare = text.strip()
    for spelling in (
        bare,
        f"{_NAME}{bare}",
        f"{_NAME}@{bare.lstrip('@.')}",
        f"{bare}{like.domain}",
        f"{bare}@{like.domain}",
        f"{like.local}{bare}",
    ):
        try:
            yield parse_address(spelling)
        except AddressError:
            continue


PEOPLE: Mapping[str, Writer] = MappingProxyType(
    dict.fromkeys(
        (
            "From",
            "FromAddressContainsWords",
            "FromAddressMatchesPatterns",
            "SenderDomainIs",
            "FromMemberOf",
        ),
        _from,
    )
    | {"FromScope": _from_scope, "SenderIpRanges": _from_host}
    | dict.fromkeys(
        (
            "SentTo",
            "RecipientDomainIs",
            "RecipientAddressContainsWords",
            "RecipientAddressMatchesPatterns",
            "AnyOfRecipientAddressContainsWords",
            "AnyOfRecipientAddressMatchesPatterns",
            "SentToMemberOf",
            "AnyOfToHeader",
            "AnyOfToCcHeader",
            "AnyOfToHeaderMemberOf",
            "AnyOfToCcHeaderMemberOf",
        ),
        _to,
    )
    | {"SentToScope": _to_scope}
    | dict.fromkeys(("AnyOfCcHeader", "AnyOfCcHeaderMemberOf"), _copied)
    | {"BetweenMemberOf1": _between}
    | dict.fromkeys(
        (
            "ManagerAddresses",
            "SenderManagementRelationship",
            "ADComparisonAttribute",
            "SenderADAttributeContainsWords",
            "SenderADAttributeMatchesPatterns",
            "RecipientADAttributeContainsWords",
            "RecipientADAttributeMatchesPatterns",
        ),
        _anybody,
    )
)
