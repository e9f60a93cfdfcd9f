"""What an example costs: to draw a tenant and a mail, to see what becomes of them.

Beside it the bare draw of as many primitives, which is what the engine itself costs.
"""

import statistics
from datetime import UTC, datetime

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from benchmarks.bare import seconds
from harness.simulate import simulate
from harness.strategies import mails, relay_tenants
from harness.world import World

AT = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
EXAMPLES, ROUNDS = 150, 5
DRAWN_LIMIT, JUDGED_LIMIT = 2.0, 0.25
calm = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def drawn(keep=None):
    """Draw examples; `keep` collects them."""

    @calm
    @given(relay_tenants(), mails())
    def law(tenant, mail):
        if keep is not None:
            keep.append((tenant, mail))

    law()


def choices_of_one(seen):
    """Count the choices that an example takes, on average."""

    @calm
    @given(st.data())
    def law(data):
        data.draw(relay_tenants())
        data.draw(mails())
        seen.append(len(data.conjecture_data.nodes))

    law()
    return round(statistics.mean(seen))


def bare(count):
    """Draw as many choices, and make nothing of them."""

    @st.composite
    def numbers(draw):
        return [draw(st.integers(0, 7)) for _ in range(count)]

    @calm
    @given(numbers())
    def law(found):
        assert found is not None

    law()


def judged(examples):
    for tenant, mail in examples:
        simulate(mail.item, World(tenant.organization), at=AT)


def test_drawing_and_judging_beside_bare_draws(benchmark, capsys):
    examples = []
    drawn(examples)
    count = choices_of_one([])
    pairs = [
        (seconds(drawn, None), seconds(bare, count), seconds(judged, examples))
        for _ in range(ROUNDS)
    ]
    benchmark.pedantic(drawn, rounds=1)
    ours = statistics.median(own / other for own, other, _ in pairs)
    share = statistics.median(judge / own for own, _, judge in pairs)
    benchmark.extra_info["ratio to the bare draw"] = round(ours, 2)
    benchmark.extra_info["simulate to drawing"] = round(share, 2)
    with capsys.disabled():
        print(  # noqa: T201
            f"\n{count} choices an example: {ours:.2f} times the bare draw; "
            f"to judge it takes {share:.2f} of that"
        )
