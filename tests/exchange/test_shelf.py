"""The shelf of entries: a dictionary that never changes and knows what is due first."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.exchange.dsn import Action
from fakes.exchange.ledger import Book, Told
from fakes.exchange.shelf import Shelf, put

AT = datetime(2026, 11, 25, tzinfo=UTC)


@dataclass(frozen=True)
class Thing:
    name: int
    due: datetime | None


things = st.builds(
    Thing,
    st.integers(),
    st.none() | st.integers(0, 50).map(lambda n: AT + timedelta(minutes=n)),
)


@pytest.mark.property
@given(st.lists(st.tuples(st.integers(0, 5000), st.none() | things)))
def test_it_is_a_dictionary_in_the_order_of_its_numbers(steps):
    shelf: Shelf[Thing] = Shelf()
    known: dict[int, Thing] = {}
    for number, thing in steps:
        before = tuple(shelf)
        after = put(shelf, number, thing)
        assert before == tuple(shelf)
        shelf = after
        known.pop(number, None)
        if thing is not None:
            known[number] = thing
        assert known.get(number) == shelf.find(number)
    assert [known[n] for n in sorted(known)] == list(shelf)
    assert len(known) == len(shelf)
    dues = [thing.due for thing in known.values() if thing.due]
    assert min(dues, default=None) == shelf.due
    limit = AT + timedelta(minutes=25)
    ready = {n: t for n, t in known.items() if t.due and t.due <= limit}
    assert ready == dict(shelf.until(limit))


def test_what_was_never_put_is_not_found():
    shelf = put(Shelf(), 40, Thing(1, None))
    assert (None, None) == (shelf.find(7), shelf.find(100_000))
    assert None is Shelf().find(0)


def test_two_books_that_part_have_each_their_own_pages():
    a, b, c = (Told(number, (), Action.FAILED, AT) for number in range(3))
    first = Book().with_page((a,))
    one, other = first.with_page((b,)), first.with_page((c,))
    assert (a,) == first.read()
    assert ((a, b), (a, c)) == (one.read(), other.read())
    assert one != other
    assert Book((a, b)) == one
    assert hash(one) == hash(other)
    assert f"{a!r}, {b!r}" in repr(one)
