"""The page of a check: the answer, the intent, the findings, what is not known."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from fakes.exchange.readings import QUESTIONS
from fakes.zivver.readings import READINGS
from harness.check.report import CheckReport, Sort, Verdict
from harness.compare import HINTS, FindingKind
from harness.report.accepted import accepted_clause, accepted_lines
from harness.report.asleep import asleep_lines, asleep_sentence, comes_of
from harness.report.checklist import checklist_table
from harness.report.coverage import coverage_line, coverage_part
from harness.report.finding import finding_block
from harness.report.intent import intent_table
from harness.report.lints import lint_lines
from harness.report.page import (
    AMBER,
    GREEN,
    QUIET,
    RED,
    STRONG,
    counted,
    line,
    listed,
    shown,
)
from harness.report.plan import plan_page
from harness.report.since import since_lines
from harness.report.words import (
    COLOUR,
    depends_on,
    end_word,
    finding_word,
    settled,
    taken_for_granted,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from harness.check.baseline import Since
    from harness.check.remedy import Remedy
    from harness.check.report import CheckedMail
    from harness.check.shifts import Shift
    from harness.check.validation import Validation
    from harness.edits.plan import Plan
    from harness.outcome import Because
    from harness.report.page import Page, Part

_UNDETERMINED = FindingKind.UNDETERMINED
_IN_CLEAR = frozenset({FindingKind.LEAK, FindingKind.EXPOSURE})
_MOST_NAMES = 6
_FEW = 3
_STATE_IT = (
    "state in zivver.toml what is Zivver's; what else is missing, "
    "`relay-harness account` names."
)
_NO_POLICY = (
    "nobody has said what is intended (--policy FILE does). What becomes of mail:"
)


@dataclass(frozen=True, slots=True)
class Checked:
    """A check with what its page needs beside it.

    `tenant` and `policy` are named as on the command line, `read` says what was read
    and `account` what became of it, `again` spells the command that explains a mail.
    `remedies` has that of a sort, by its place in the report, where one was tried and
    holds. `fingerprint` is that of the configuration; `since` what has changed since an
    earlier check. `prints` are the fingerprints of the sorts where they cannot be taken
    of them any more: people stand there under pseudonyms.
    """

    report: CheckReport
    tenant: str
    date: str
    read: str
    again: Callable[[str], str]
    account: str = ""
    policy: str = ""
    remedies: Mapping[int, Remedy] = field(default_factory=dict)
    not_judged: tuple[str, ...] = ()
    not_exported: tuple[str, ...] = ()
    fingerprint: str = ""
    plan: Plan | None = None
    shifts: tuple[Shift, ...] = ()
    since: Since | None = None
    prints: tuple[str, ...] = ()

    @property
    def shown_sorts(self) -> tuple[tuple[int, Sort], ...]:
        """The sorts that are findings, with their numbers; the others are not known."""
        return tuple(
            (number, sort)
            for number, sort in enumerate(self.report.sorts)
            if sort.kind is not FindingKind.UNDETERMINED
        )


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """What mails depend on, and how an administrator finds it out."""

    text: str
    recipe: str
    mails: tuple[str, ...]


def check_page(checked: Checked, *, width: int, is_whole: bool = False) -> Page:
    """Lay out a check; `is_whole` names every mail."""
    report = checked.report
    page: list[Part] = []
    if checked.plan:
        page += plan_page(checked.plan, checked.shifts, is_whole=is_whole)
    page.append(_headline(checked))
    if report.asleep:
        page.extend(asleep_lines(report, checked.tenant))
    if report.mails and report.has_policy:
        mails = counted(len(report.mails), "mail")
        page.append(line(f"{report.as_intended} of {mails} go as intended."))
    if checked.since:
        page += [
            "",
            *since_lines(checked.since, checked.fingerprint, is_whole=is_whole),
        ]
    if report.has_policy:
        page.append("")
        title = (
            f"The intent ({shown(checked.policy)})" if checked.policy else "The intent"
        )
        page.extend(intent_table(title, report.lines, width=width))
    else:
        page += ["", _ends(report)]
    for number, sort in checked.shown_sorts:
        if report.asleep and comes_of(sort, report.asleep):
            continue
        page.append("")
        remedy = checked.remedies.get(number)
        page.extend(finding_block(sort, remedy, width=width, is_whole=is_whole))
    for more in (
        lint_lines(report.lints, is_whole=is_whole),
        checklist_table(report.checklist, width=width, is_whole=is_whole),
        coverage_part(report.coverage) if is_whole else (),
    ):
        page.extend(_apart(more))
    page.extend(_closing(checked, is_whole=is_whole))
    return tuple(page)


def coverage_page(checked: Checked) -> Page:
    """Lay out what the mails of a check have reached, under its answer."""
    return _headline(checked), "", *coverage_part(checked.report.coverage)


def _headline(checked: Checked) -> Part:
    report = checked.report
    return line(
        (report.answer.value, colour(report)),
        f": {answer(report)}  ",
        (f"({shown(checked.tenant)}, {checked.date})", QUIET),
    )


def _apart(parts: Iterable[Part]) -> Iterator[Part]:
    """Set an empty line before parts, if there are any."""
    for number, part in enumerate(parts):
        if not number:
            yield ""
        yield part


def answer(report: CheckReport) -> str:
    """Say the answer in one sentence, after its word; what is accepted is named."""
    text, accepted = _answer(report), accepted_clause(report)
    return f"{text.removesuffix('.')}; {accepted}." if accepted else text


def _answer(report: CheckReport) -> str:
    if report.asleep and report.answer is not Verdict.YES:
        return asleep_sentence(report.asleep)
    match report.answer:
        case Verdict.YES:
            return _yes(report)
        case Verdict.NO:
            return _no(report)
        case Verdict.CANNOT_TELL if not report.has_policy:
            return _NO_POLICY
        case Verdict.CANNOT_TELL:
            return f"{shown(report.why)}."


def colour(report: CheckReport) -> str:
    """Red only where mail goes out in clear or astray."""
    if report.answer is Verdict.YES:
        return GREEN
    is_red = any(COLOUR[sort.kind] == RED for sort in report.sorts)
    return RED if is_red and report.answer is Verdict.NO else AMBER


def _yes(report: CheckReport) -> str:
    """A yes names what it rests on."""
    is_assumed = any(a.startswith("Zivver") for a in report.assumed)
    where = "for Exchange, every" if is_assumed else "every"
    if report.accepted:
        where += " other"
    text = f"{where} mail of this check goes as intended"
    if report.assumed:
        text += f"; assumed {taken_for_granted(report.assumed)}"
    weak = len({mail.id for sort in report.sorts for mail in sort.mails})
    if weak:
        text += f"; {counted(weak, 'mail')} could be kept better on the way (see WEAK)"
    return f"{text}."


def _no(report: CheckReport) -> str:
    leaks = [sort for sort in report.sorts if sort.kind is FindingKind.LEAK]
    within = [sort for sort in leaks if not sort.is_beyond_rules]
    mails = len({mail.id for sort in leaks for mail in sort.mails})
    if leaks:
        text = (
            f"mail that must be secure can leave in clear ({counted(mails, 'mail')}, "
            f"{counted(len(leaks), 'cause')}"
        )
        if len(within) < len(leaks):
            which = f"{len(leaks) - len(within)} of them " if within else ""
            text += f", {which}beyond what rules see"
        return f"{text})."
    kinds = dict.fromkeys(sort.kind for sort in report.sorts)
    wrong = [kind for kind in kinds if kind not in {_UNDETERMINED, *HINTS}]
    told = listed(finding_word(kind) for kind in wrong)
    if FindingKind.EXPOSURE in wrong:
        return f"mail that must be secure can be read by others: {told}."
    if not wrong:
        return "the policy asks for what no tenant can do (see Impossible)."
    if any(sort.kind in _IN_CLEAR for sort in report.accepted):
        return f"mail goes another way than it must: {told}."
    return f"nothing leaves in clear, but mail goes another way than it must: {told}."


def _ends(report: CheckReport) -> Table:
    """Without a policy: what becomes of each mail, not whether it should."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style=STRONG)
    table.add_column("What becomes of it", overflow="fold")
    table.add_column("mail", overflow="fold")
    for entry in report.mails:
        table.add_row(
            Text(_end(entry)), Text(f"{entry.mail.id}: {shown(entry.mail.sort)}")
        )
    return table


def _end(entry: CheckedMail) -> str:
    words: list[str] = []
    for fate in entry.outcome.fates:
        if fate.undetermined or fate.hangs_on:
            words.append("CANNOT TELL")
        words.extend(end_word(delivery.disposition) for delivery in fate.deliveries)
    return ", ".join(dict.fromkeys(words))


def _closing(checked: Checked, *, is_whole: bool) -> Iterator[Part]:
    """What is not known, what was read, and where to look next."""
    report = checked.report
    yield ""
    yield from _not_known(report, most=len(report.mails) if is_whole else _FEW)
    yield from _unstated(report)
    for unmet in report.vacuous:
        yield line(
            ("Not tested: ", AMBER),
            f"{shown(unmet.row)} ({shown(unmet.place)}): {shown(unmet.why)}.",
        )
    for one in report.impossible:
        yield line(
            ("Impossible: ", AMBER),
            f'{shown(one.row)} ({shown(one.place)}) is to go also through "'
            f'{shown(one.connector)}", and Exchange gives a message to one connector.',
        )
    yield from accepted_lines(report, is_whole=is_whole)
    for remark in report.remarks:
        yield line(("Note: ", AMBER), f"{shown(remark)}.")
    yield from map(_validation, report.validations)
    for known in report.settled:
        yield line(f"Settled: {shown(settled(known))}.")
    if report.answer is not Verdict.YES and report.assumed:
        yield line(f"Taken for granted: {taken_for_granted(report.assumed)}.")
    judged = _some(checked.not_judged) or "nothing was left out"
    exported = _some(checked.not_exported) or "nothing that is needed"
    yield line(f"Read: {checked.read}. Not judged: {judged}. Not exported: {exported}.")
    if checked.account:
        yield line(f"Account: {checked.account}.")
    if checked.fingerprint:
        yield line(f"Configuration: {checked.fingerprint} (see --expect).")
    if report.mails and not is_whole:
        yield coverage_line(report.coverage)
    examples = [sort.example.mail.id for sort in report.sorts]
    examples += [entry.mail.id for entry in report.mails]
    example = next(iter(examples), None)
    if example:
        yield line("See one whole: ", (checked.again(example), STRONG))


def validation_told(found: Validation) -> str:
    """Say whether a connector could be validated by the mail that Exchange sends."""
    said = "would pass" if found.passes else f"would fail, because {shown(found.why)}"
    if found.because:
        said += f"; that depends on {depends_on(found.because)}"
    return f"{said}. Its mail comes from {shown(found.sender)}."


def _validation(found: Validation) -> Part:
    return line(
        (
            f'Validation of connector "{shown(found.connector)}" ',
            "" if found.passes else AMBER,
        ),
        validation_told(found),
    )


def _not_known(report: CheckReport, *, most: int) -> Iterator[Part]:
    """One line a question: how many mails, what it is, how it can be found out."""
    for question in _not_judged_or_read(report):
        recipe = f" To find out: {question.recipe}" if question.recipe else ""
        mails = question.mails
        yield line(
            ("Not known: ", AMBER),
            f"{counted(len(mails), 'mail')} ({_some(mails, most=most)}) "
            f"{'depends' if len(mails) == 1 else 'depend'} on {shown(question.text)}."
            f"{recipe}",
        )


def open_questions(report: CheckReport) -> tuple[OpenQuestion, ...]:
    """Give what is not known, each question once with the mails that depend on it."""
    return (*_not_judged_or_read(report), *_not_stated(report))


def _not_judged_or_read(report: CheckReport) -> Iterator[OpenQuestion]:
    mails: dict[tuple[str, str], list[str]] = {}
    for sort in report.sorts:
        for found in sort.found if sort.kind is FindingKind.UNDETERMINED else ():
            because = found.finding.because
            if because is None or not because.is_assumed:
                told = what_is_open(because, found.finding.why)
                mails.setdefault(told, []).append(found.mail.id)
    for (text, recipe), ids in mails.items():
        yield OpenQuestion(text, recipe, tuple(dict.fromkeys(ids)))


def _not_stated(report: CheckReport) -> Iterator[OpenQuestion]:
    """What a strict check does not take for granted, that of most mails first."""
    mails: dict[str, dict[str, None]] = {}
    for sort in report.sorts:
        for found in sort.found:
            because = found.finding.because
            for name in because.questions if because and because.is_assumed else ():
                mails.setdefault(name, {})[found.mail.id] = None
    for name in sorted(mails, key=lambda name: -len(mails[name])):
        yield OpenQuestion(name, _STATE_IT, tuple(mails[name]))


def _unstated(report: CheckReport) -> Iterator[Part]:
    """What nobody has stated, in one line: each with how many mails rest on it."""
    every = tuple(_not_stated(report))
    if not every:
        return
    mails = {mail for question in every for mail in question.mails}
    told = ", ".join(f"{shown(each.text)} ({len(each.mails)})" for each in every)
    yield line(
        ("Not known: ", AMBER),
        f"{counted(len(mails), 'mail')} would go as intended, "
        f"if what nobody has stated is so: {told}. To find out: {_STATE_IT}",
    )


def what_is_open(because: Because | None, why: str) -> tuple[str, str]:
    """Say on what something depends, and how an administrator finds it out."""
    return _open(because, why), _recipe(because)


def _open(because: Because | None, why: str) -> str:
    if because is None:
        return f"what the policy cannot tell: {why}"
    if because.is_reading or because.is_assumed:
        return depends_on(because)
    return f"what is not judged here: {depends_on(because)}"


def _recipe(because: Because | None) -> str:
    """How an administrator finds out what is open, for the first question."""
    if because is None or not (because.is_reading or because.is_assumed):
        return ""
    if because.is_assumed:
        return _STATE_IT
    name = because.questions[0]
    short = QUESTIONS[name].settle if name in QUESTIONS else _of_zivver(name)
    return f"{short}. More: `relay-harness readings {name}`."


def _of_zivver(name: str) -> str:
    recipe = next(r.recipe for r in READINGS.values() if r.name == name)
    return recipe[:1].lower() + recipe[1:].rstrip(".")


def _some(names: tuple[str, ...], *, most: int = _MOST_NAMES) -> str:
    """Name some, and say how many more there are."""
    told = [shown(name) for name in names[:most]]
    more = len(names) - len(told)
    return ", ".join([*told, f"{more} more"] if more > 0 else told)


def kinds_of(report: CheckReport) -> Mapping[FindingKind, int]:
    """Count the findings by kind."""
    return Counter(sort.kind for sort in report.sorts for _ in sort.found)
