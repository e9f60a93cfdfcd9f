"""One mail on its way through the queue, to the end: which step follows which.

A generator that yields hand-offs and is told what came of them; whether these are
computed or made on sockets is the business of whoever drives it.
"""

from __future__ import annotations

from collections import deque
from datetime import timedelta
from typing import TYPE_CHECKING

from fakes.exchange.queue import (
    Accepted,
    Effect,
    NewMail,
    QueueState,
    Replied,
    Send,
    Tick,
    step,
)
from fakes.trace import Trace

if TYPE_CHECKING:
    from collections.abc import Generator
    from datetime import datetime

    from fakes.choices import Choices
    from fakes.exchange.organization import Organization
    from fakes.exchange.routing.next_hop import MxTable
    from fakes.mail.handoff import HandOff, Transmission
    from fakes.mail.item import MailItem

NO_PATIENCE = timedelta(0)


def drive(
    item: MailItem,
    organization: Organization,
    *,
    at: datetime,
    mx: MxTable,
    choices: Choices,
    patience: timedelta = NO_PATIENCE,
    trace: Trace = Trace.FULL,
) -> Generator[HandOff, Transmission, QueueState]:
    """Take an accepted mail and all that comes of it as far as `patience` goes.

    Time is virtual: when nothing is left to do but to wait, it leaps to the next
    attempt.
    """
    state = QueueState()
    now, until = at, at + patience
    todo: deque[Effect] = deque([NewMail(item)])
    while True:
        while todo:
            head = todo.popleft()
            event: Accepted | Replied
            if isinstance(head, Send):
                event = Replied(head.entry, (yield head.handoff), now)
            else:
                event = Accepted(head.item, now)
            state, effects = step(
                state, event, organization, mx=mx, choices=choices, trace=trace
            )
            todo.extend(effects)
        due = state.next_attempt
        if due is None or due > until:
            return state
        now = due
        state, effects = step(state, Tick(now), organization, mx=mx, choices=choices)
        todo.extend(effects)
