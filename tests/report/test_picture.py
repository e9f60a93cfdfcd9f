"""The picture: every line passes its boxes, none leaves the page, thick by count."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.compare import FindingKind
from harness.report.flows import MX, NO_CONNECTOR, Door, End, Flow, Sender, Tone
from harness.report.picture import NARROW, WIDE, draw, sign_of

DOORS = tuple(Door(f"rule {number}", number) for number in range(20))
FLOW = Flow(
    Sender.INSIDE,
    "the word",
    ("", "rule 1"),
    "Zivver",
    End.ZIVVER,
    "SECURE",
    Tone.GREEN,
    None,
    4,
)
flows = st.lists(
    st.builds(
        Flow,
        st.sampled_from(Sender),
        st.sampled_from(["the word", "the label", "everything else", "x" * 80]),
        st.none() | st.sampled_from([door.key for door in DOORS]),
        st.sampled_from(["Zivver", MX, NO_CONNECTOR]),
        st.sampled_from(End),
        st.just("SECURE"),
        st.sampled_from(Tone),
        st.none() | st.sampled_from(FindingKind),
        st.integers(1, 5000),
    ),
    min_size=1,
    max_size=30,
)


@settings(max_examples=40)
@given(flows, st.sampled_from([WIDE, NARROW]))
def test_boxes_do_not_overlap_and_nothing_leaves_the_page(every, measures):
    picture = draw(every, DOORS, measures)

    for box in picture.boxes:
        assert 0 <= box.x
        assert box.x + box.width <= picture.width
        assert 0 <= box.y
        assert box.y + box.height <= picture.height
    for one in picture.boxes:
        for other in picture.boxes:
            if one is not other and one.x == other.x:
                assert one.y + one.height <= other.y or other.y + other.height <= one.y
    assert all(0 <= line.sign.y <= picture.height for line in picture.lines)


@settings(max_examples=40)
@given(flows)
def test_there_is_a_line_for_each_sort_of_mail_and_the_worst_is_on_top(every):
    picture = draw(every, DOORS, WIDE)
    order = [*Tone]

    assert len(every) == len(picture.lines)
    assert sorted(picture.lines, key=lambda line: order.index(line.tone)) == list(
        picture.lines
    )


def test_more_mail_is_a_thicker_line():
    thin, thick = (
        draw((replace(FLOW, count=count),), DOORS, WIDE).lines[0].width
        for count in (1, 40)
    )

    assert thin < thick


def test_rules_stand_in_the_order_in_which_they_are_asked():
    boxes = [box for box in draw((FLOW,), DOORS, WIDE).boxes if box.sort == "door"]

    assert [*map(str, range(len(boxes)))] == [box.lines[0].split()[0] for box in boxes]
    assert sorted(boxes, key=lambda box: box.y) == boxes


def test_rules_that_no_mail_meets_are_left_out_where_there_is_no_room():
    picture = draw((replace(FLOW, door=DOORS[19].key),), DOORS, WIDE)
    boxes = [box for box in picture.boxes if box.sort == "door"]

    assert 20 == len(boxes) + picture.left_out
    assert 0 < picture.left_out
    assert any(box.lines[0].startswith("19") for box in boxes)


def test_a_rule_that_is_off_says_so():
    boxes = draw((FLOW,), (replace(DOORS[1], is_on=False),), WIDE).boxes

    assert any("(off)" in " ".join(box.lines) and not box.is_on for box in boxes)


@pytest.mark.parametrize(("number", "sign"), [(0, "A"), (25, "Z"), (26, "AA")])
def test_lines_are_named_by_letters(number, sign):
    assert sign == sign_of(number)
