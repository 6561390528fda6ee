"""A report about several kinds of trouble: judged as a whole, the most pressing kind first."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.cases.levels import Level
from helpdesk.playbooks.repository import load_current_library
from helpdesk.triage.decision_table_rows import count_pressures, decision_table_rows
from helpdesk.triage.judgement import judge_answers, judge_report, sort_playbooks_by_urgency
from helpdesk.triage.repository import load_decision_table

LIBRARY = load_current_library()
TABLE, PAGES = load_decision_table(), LIBRARY.playbooks
some_pages = st.lists(
    st.sampled_from(PAGES), min_size=1, max_size=4, unique_by=lambda page: page.id
)


@st.composite
def answered(draw):
    """Some pages, and answers to some of what they ask."""
    pages, answers = draw(some_pages), {}
    for question in (question for page in pages for question in page.questions):
        options = [option.id for option in question.options]
        if options and draw(st.booleans()):
            answers[question.id] = draw(st.sampled_from(options))
    return pages, answers


@given(answered())
def test_the_whole_is_never_below_the_highest_of_its_parts(told):
    pages, answers = told

    whole = judge_report(TABLE, pages, answers)

    assert whole.level.rank >= max(judge_report(TABLE, one, answers).level.rank for one in pages)


@given(answered())
def test_another_kind_never_makes_a_case_wait_longer(told):
    pages, answers = told

    assert (
        judge_report(TABLE, pages, answers).level.rank
        >= judge_report(TABLE, pages[:-1] or pages, answers).level.rank
    )


@given(answered(), st.randoms())
def test_the_order_of_the_kinds_changes_no_level(told, chance):
    pages, answers = told
    mixed = list(pages)
    chance.shuffle(mixed)

    one, other = judge_report(TABLE, pages, answers), judge_report(TABLE, mixed, answers)

    assert (one.level, one.rule, one.settled) == (other.level, other.rule, other.settled)
    assert {floor.flag for floor in one.raised_by} == {floor.flag for floor in other.raised_by}


@given(answered())
def test_what_presses_most_comes_first_and_the_rest_stays_in_order(told):
    pages, answers = told

    ordered = sort_playbooks_by_urgency(TABLE, pages, answers)

    ranks = [judge_report(TABLE, one, answers).level.rank for one in ordered]
    assert ranks == sorted(ranks, reverse=True)
    assert {one.id for one in ordered} == {one.id for one in pages}
    for rank in set(ranks):
        alike = [one for one, its in zip(ordered, ranks, strict=True) if its == rank]
        assert alike == [one for one in pages if one in alike]


def test_a_flag_of_the_second_kind_raises_the_whole():
    answers = {"danger": "none_known", "hold": "ended", "arrest_state": "held_unknown"}
    pages = [LIBRARY.playbook("website-down"), LIBRARY.playbook("arrest-detention")]

    judgement = judge_report(TABLE, pages, answers)

    assert judgement.level is Level.IMMEDIATE
    assert judgement.raised_by
    assert [page.id for page in sort_playbooks_by_urgency(TABLE, pages, answers)] == [
        "arrest-detention",
        "website-down",
    ]


@pytest.mark.parametrize(
    "values", list(itertools.product(*(point.scale for point in TABLE.points))), ids="-".join
)
def test_the_table_marks_the_one_cell_that_gave_the_level(values):
    judgement = judge_answers(
        TABLE, dict(zip((point.id for point in TABLE.points), values, strict=True))
    )

    rows = decision_table_rows(TABLE, judgement)

    assert len(rows) == 7
    assert all(len(row.cells) == 4 for row in rows)
    [here] = [row for row in rows if row.is_here]
    [cell] = [cell for row in rows for cell in row.cells if cell.is_here]
    assert cell in here.cells
    assert (cell.level, cell.rule) == (judgement.level, judgement.rule)
    assert cell.pressures == count_pressures(TABLE, judgement)
