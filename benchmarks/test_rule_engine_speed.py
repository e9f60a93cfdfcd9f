"""What a mail costs against 3, 30 and 300 rules, on one core.

Every mail is another one and the caches are emptied before each round, so that
nothing is measured which an earlier mail has paid for. What is compared is measured
by turns, in seconds of the processor, so that whatever else the machine does counts
little and meets both.
"""

import gc
import itertools
import statistics
import time
import tracemalloc
from dataclasses import replace
from datetime import UTC, datetime

import ahocorasick
import pytest

from fakes.choices import Choices
from fakes.exchange.readings import QUESTIONS, Readings
from fakes.exchange.rules import parts, words
from fakes.exchange.rules.fork import Fork, Leg
from fakes.exchange.rules.process import process
from fakes.mail import content as contents
from fakes.mail.content import parse
from fakes.trace import Trace
from harness.simulate import simulate
from tests.judging.worlds_at_hand import ANNA, INFO, ROUTE, mail, world
from tests.oracle import Copy, Message, Part, through_the_rules

AT = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
ROUNDS, MAILS, MANY = 11, 200, 300
AIM_ENGINE, AIM_WHOLE = 20_000, 5_000
# 300 rules against 30, and against one scan for the same words with the parse.
AT_MOST_TO_30, AT_MOST_TO_SCAN = 1.5, 5

STARTS = ("bal", "cor", "del", "fan", "gro", "hel", "jun", "kam", "lor", "mon")
MIDDLES = ("a", "ema", "ibi", "ola", "una", "esti", "ando", "iru", "opa", "aki")
ENDS = ("dor", "fin", "gel", "kus", "lan", "mer", "nis", "rop", "tal")
# A third of them phrases: 900 in all, and none twice.
WORDS = tuple(
    f"{start}{middle}{end}" if number % 3 else f"{start}{middle} {end}"
    for number, (start, middle, end) in enumerate(
        itertools.product(STARTS, MIDDLES, ENDS)
    )
)
TALK = (
    "minutes of the meeting about the garden and who brings the chairs on Friday",
    "the offer stands until the end of the month and we would like to hear from you",
    "please find the drawings of the second floor with the changes that you asked for",
)
TRACES = "".join(
    f"X-MS-Exchange-Test-{n}: value number {n} of a field that no rule looks at\r\n"
    for n in range(18)
)
SETTLED = Readings(settled=frozenset(QUESTIONS))


def subject_rules(count, parameter="SubjectContainsWords"):
    """Rules of three words each, the relay rule the second of them."""
    found = [
        {
            "Name": f"rule {number}",
            parameter: list(WORDS[3 * number : 3 * number + 3]),
            "SentToScope": "NotInOrganization",
            "PrependSubject": "[x] ",
        }
        for number in range(count)
    ]
    relay = {"SubjectContainsWords": ["Secure"], "SentToScope": "NotInOrganization"}
    found[1] = ROUTE | relay
    return found


def mails_of(start, number=MAILS, body=1):
    """Mails of their own subject, with the fields of a real one."""
    return [
        mail(
            f"{start} {TALK[n % 3][:40]} {n}",
            headers=TRACES + "Content-Type: text/plain; charset=utf-8\r\n",
            body="\r\n".join(f"{line}, {n}" for line in TALK * body),
        )
        for n in range(number)
    ]


def judged(item, organization):
    (recipient,) = item.envelope.recipients
    return process(
        (Fork(item, (Leg(recipient, recipient),)),),
        organization,
        is_internal=True,
        at=AT,
        choices=Choices(),
        trace=Trace.BRIEF,
    )


def parsed_anew():
    for cached in (contents._parsed, contents._parsed_big):
        cached.cache_clear()


def emptied():
    parsed_anew()
    for cached in (parts._body, words.fold, contents._decoded):
        cached.cache_clear()


def seconds(work, items):
    """The time that one mail takes, headers parsed before."""
    emptied()
    for item in items:
        parse(item.content)
    began = time.process_time()
    for item in items:
        work(item)
    return (time.process_time() - began) / len(items)


def by_turns(items, *works):
    """Give the median time of each, and the median ratio of each to the last."""
    for work in works:
        seconds(work, items)
    turns = [[seconds(work, items) for work in works] for _ in range(ROUNDS)]
    times = [statistics.median(column) for column in zip(*turns, strict=True)]
    ratios = [
        statistics.median(turn[number] / turn[-1] for turn in turns)
        for number in range(len(works))
    ]
    return times, ratios


def organization_of(count, parameter="SubjectContainsWords", **fields):
    return world(*subject_rules(count, parameter), **fields).organization


def shown(capsys, line):
    with capsys.disabled():
        print(f"\n{line}")  # noqa: T201


@pytest.mark.parametrize("start", ["Secure:", "Lunch:"])
@pytest.mark.parametrize(
    "parameter", ["SubjectContainsWords", "SubjectOrBodyContainsWords"]
)
def test_300_rules_cost_little_more_than_30(benchmark, capsys, start, parameter):
    items = mails_of(start)
    many, some, few = (organization_of(n, parameter) for n in (MANY, 30, 3))
    (relayed,) = judged(items[0], many)
    assert (relayed.connector == "Zivver") is (start == "Secure:")
    assert len(relayed.steps) == (start == "Secure:")
    (own, least, other), (ratio, _, _) = by_turns(
        items,
        lambda item: judged(item, many),
        lambda item: judged(item, few),
        lambda item: judged(item, some),
    )
    benchmark.extra_info["300 rules to 30"] = round(ratio, 2)
    benchmark.pedantic(seconds, (lambda item: judged(item, many), items), rounds=3)
    aim = f", aim {AIM_ENGINE:,}" if parameter == "SubjectContainsWords" else ""
    shown(
        capsys,
        f"{parameter}, {start} {1 / own:,.0f} mails/s at 300 rules{aim},"
        f" {1 / other:,.0f} at 30, {1 / least:,.0f} at 3; 300 to 30: {ratio:.2f}",
    )
    assert ratio <= AT_MOST_TO_30


@pytest.mark.parametrize(
    "parameter", ["SubjectContainsWords", "SubjectOrBodyContainsWords"]
)
def test_300_rules_against_one_scan_by_pyahocorasick_with_the_parse(
    benchmark, capsys, parameter
):
    has_body = parameter == "SubjectOrBodyContainsWords"
    items = mails_of("Lunch:")
    organization = organization_of(MANY, parameter)
    automaton = ahocorasick.Automaton()
    for number, word in enumerate(WORDS):
        automaton.add_word(word.upper(), number)
    automaton.make_automaton()

    def scan(item):
        """Parse, and look for the same words in the same text."""
        parsed = contents._parse(item.content)
        text = parsed.subject
        if has_body:
            text = "\n".join((text, *parts._body(item.content).plain))
        return list(automaton.iter(text.upper()))

    assert not scan(items[0])
    (own, other), (ratio, _) = by_turns(
        items, lambda item: judged(item, organization), scan
    )
    benchmark.extra_info["to a scan and the parse"] = round(ratio, 2)
    benchmark.pedantic(seconds, (scan, items), rounds=3)
    shown(
        capsys,
        f"{parameter}: {own * 1e6:.0f} us at 300 rules, parse and scan"
        f" {other * 1e6:.0f} us, ratio {ratio:.2f}",
    )
    assert ratio <= AT_MOST_TO_SCAN


def test_300_rules_against_the_naive_evaluator(benchmark, capsys):
    items = mails_of("Secure:", 20)
    organization = organization_of(MANY, readings=SETTLED)

    def naive(item):
        (recipient,) = item.envelope.recipients
        part = Part(decoded[item.content], [Copy(recipient, str(recipient))])
        return through_the_rules([part.split(part.copies)], item, organization, AT)

    decoded = {item.content: Message(item) for item in items}
    (part,) = naive(items[0])
    assert part.connector == "Zivver"
    (own, other), (ratio, _) = by_turns(
        items, lambda item: judged(item, organization), naive
    )
    benchmark.extra_info["naive evaluator to ours"] = round(1 / ratio)
    benchmark.pedantic(seconds, (naive, items), rounds=3)
    shown(
        capsys,
        f"{own * 1e6:.0f} us at 300 rules, the naive evaluator {other * 1e6:,.0f} us:"
        f" {1 / ratio:.0f} times as long",
    )
    assert ratio < 1


def test_parse_and_judge_at_3_rules(benchmark, capsys):
    items = mails_of("Secure:", body=8)
    organization = organization_of(3)
    where = replace(world(), organization=organization)

    def parsed_and_judged(item):
        parsed_anew()
        return judged(item, organization)

    def simulated(item):
        parsed_anew()
        return simulate(item, where, at=AT, trace=Trace.BRIEF)

    (own, whole), _ = by_turns(items, parsed_and_judged, simulated)
    # No rule looks at the body, so nobody has read it.
    assert parts._body.cache_info().misses == 0
    benchmark.pedantic(seconds, (parsed_and_judged, items), rounds=3)
    size = len(items[0].content.raw)
    shown(
        capsys,
        f"{1 / own:,.0f} mails/s of {size:,} octets parsed and judged at 3 rules, aim"
        f" {AIM_WHOLE:,}; {1 / whole:,.0f} mails/s simulated, to Zivver and beyond",
    )


def test_the_full_trace_costs_more_and_the_brief_one_less(benchmark, capsys):
    items = mails_of("Secure:", 20)
    where = replace(world(), organization=organization_of(MANY))
    (full, brief), (ratio, _) = by_turns(
        items,
        lambda item: simulate(item, where, at=AT),
        lambda item: simulate(item, where, at=AT, trace=Trace.BRIEF),
    )
    benchmark.pedantic(
        lambda: simulate(items[0], where, at=AT, trace=Trace.BRIEF), rounds=3
    )
    shown(
        capsys,
        f"simulate at 300 rules: {1 / full:,.0f} mails/s with the full trace,"
        f" {1 / brief:,.0f} with the brief one, ratio {ratio:.1f}",
    )


def test_memory_does_not_grow_with_the_number_of_mails(capsys):
    where = replace(world(), organization=organization_of(30))

    def kept_after(first, last):
        for number in range(first, last):
            item = mail(f"Secure: {TALK[number % 3]} {number}", to=(INFO,), sender=ANNA)
            simulate(item, where, at=AT, trace=Trace.BRIEF)
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        # So many that every cache is full.
        once = kept_after(0, 8_000)
        more = kept_after(8_000, 12_000)
    finally:
        tracemalloc.stop()
    shown(capsys, f"{once:,} octets kept after 8,000 mails, {more:,} after 12,000")
    assert more - once < 10_000
