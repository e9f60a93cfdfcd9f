"""One mail on its way through the queue, to the end: which step follows which.

A generator that yields hand-offs and is told what came of them; whether these are
computed or made on sockets is the business of whoever drives it.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from fakes.exchange.queue import (
    Accepted,
    Effect,
    NewMail,
    QueueState,
    Reconfigured,
    Replied,
    Resubmitted,
    Retried,
    Send,
    Tick,
    step,
)
from fakes.trace import Trace

if TYPE_CHECKING:
    from collections.abc import Generator

    from fakes.choices import Choices
    from fakes.exchange.organization import Organization
    from fakes.exchange.queue import Event
    from fakes.exchange.routing.next_hop import MxTable
    from fakes.mail.handoff import HandOff, Transmission
    from fakes.mail.item import MailItem

NO_PATIENCE = timedelta(0)


@dataclass(frozen=True, slots=True)
class Intervention:
    """What an administrator does while mail waits.

    `event` is a Retried, a Resubmitted, or a Reconfigured with the `organization` that
    there is from then on.
    """

    event: Retried | Resubmitted | Reconfigured
    organization: Organization | None = None

    @property
    def at(self) -> datetime:
        """When."""
        return self.event.at


def drive(
    item: MailItem,
    organization: Organization,
    *,
    at: datetime,
    mx: MxTable,
    choices: Choices,
    patience: timedelta = NO_PATIENCE,
    trace: Trace = Trace.FULL,
    interventions: tuple[Intervention, ...] = (),
) -> Generator[HandOff, Transmission, QueueState]:
    """Take an accepted mail and all that comes of it as far as `patience` goes.

    Time is virtual: when nothing is left to do but to wait, it leaps to what is due
    next. Each hand-off says when it is made. `interventions` are in order of time;
    those from before the mail came have been done already.
    """
    state = QueueState()
    now, until = at, at + patience
    todo: deque[Effect] = deque([NewMail(item)])
    ahead = deque(one for one in interventions if one.at > at)
    while True:
        while todo:
            head = todo.popleft()
            event: Event
            if isinstance(head, Send):
                event = Replied(head.entry, (yield replace(head.handoff, at=now)), now)
            else:
                event = Accepted(head.item, now)
            state, effects = step(
                state, event, organization, mx=mx, choices=choices, trace=trace
            )
            todo.extend(effects)
        due = state.next_due
        if due is None:
            return state
        event = Tick(due)
        if ahead and ahead[0].at <= due:
            done = ahead.popleft()
            event, organization = done.event, done.organization or organization
        if event.at > until:
            return state
        now = event.at
        state, effects = step(
            state, event, organization, mx=mx, choices=choices, trace=trace
        )
        todo.extend(effects)
