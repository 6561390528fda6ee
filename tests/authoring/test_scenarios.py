"""Reading walk-throughs and scripts: strict, and every refusal says where and what is known."""

import shutil

import pytest

from helpdesk.authoring.reading.folder import read_library
from helpdesk.authoring.reading.scenarios import (
    read_playbook_scenarios,
    read_scenarios,
    stray_scenario_files,
)
from helpdesk.authoring.reading.scripts import read_script, read_script_text
from helpdesk.authoring.source import PlaybookError
from helpdesk.playbooks.repository import CONTENT

LIBRARY = read_library(CONTENT)
ACCOUNT = LIBRARY.playbook("account-takeover")

WALK = """\
schema: walks/1
walks:
  - id: restored
    says: Somebody whose account comes back.
    answers: {danger: credible, hold: running, inside: [lures]}
    facts: {consent_platform: given}
    outcomes: {confirm-owner: confirmed, close.way-out: restored}
    evidence: [profile-url]
    expect:
      level: urgent
      rule: R4
      flags: [lures-others]
      steps: [rule-out, confirm-owner]
      end: restored
"""


@pytest.fixture
def content(tmp_path):
    folder = tmp_path / "playbooks"
    shutil.copytree(CONTENT, folder)
    shutil.rmtree(folder / "tests", ignore_errors=True)
    (folder / "tests").mkdir()
    return folder


def read(content, text):
    (content / "tests/account-takeover.yml").write_text(text, encoding="utf-8")
    return read_playbook_scenarios(content, ACCOUNT, LIBRARY)


def test_a_walk_through_is_read(content):
    read_in = read(content, WALK)

    assert read_in.problems == ()
    [walk] = read_in.walks
    assert (walk.id, walk.file, walk.line) == ("restored", read_in.file, 3)
    assert walk.script.answers == {"danger": "credible", "hold": "running", "inside": ("lures",)}
    assert walk.script.evidence == {"profile-url": "profile-url"}
    assert walk.expected.level == "urgent"
    assert walk.expected.steps == ("rule-out", "confirm-owner")
    assert walk.expected.lines["end"] == 14


def test_an_end_on_another_page_is_read(content):
    walk = read(content, WALK.replace("end: restored\n", "end: {playbook: doxing}\n")).walks[0]

    assert (walk.expected.end, walk.expected.playbook) == (None, "doxing")


MISTAKES = {
    "schema: walks/1": ("schema: walks/2", 1, "walks/1"),
    "id: restored": ("id: Restored!", 3, "is not an id"),
    "says: Somebody whose account comes back.": ("said: x", 4, "unknown key 'said'"),
    "danger: credible": ("damger: credible", 5, "asks no question 'damger'"),
    "hold: running": ("hold: going", 5, "'hold' has no option 'going'; it has"),
    "inside: [lures]": ("inside: [lures, cats]", 5, "has no option 'cats'"),
    "consent_platform: given": ("consent: given", 6, "unknown fact 'consent'"),
    "confirm-owner: confirmed": ("confirm: confirmed", 7, "has no step 'confirm'"),
    "close.way-out: restored": ("close.way-out: gone", 7, "has no outcome 'gone'"),
    "evidence: [profile-url]": ("evidence: [picture]", 8, "asks for no evidence 'picture'"),
    "level: urgent": ("level: high", 10, "is not one of: routine"),
    "rule: R4": ("rule: R44", 11, "no rule 'R44'"),
    "flags: [lures-others]": ("flags: [lures]", 12, "no red flag 'lures'"),
    "steps: [rule-out, confirm-owner]": ("steps: [close.way-out]", 13, "shared by all pages"),
    "end: restored": ("end: {playbook: nowhere}", 14, "no page 'nowhere'"),
}


@pytest.mark.parametrize("right", MISTAKES)
def test_a_mistake_is_refused_with_its_line(content, right):
    wrong, line, said = MISTAKES[right]

    [problem] = read(content, WALK.replace(right, wrong)).problems

    assert problem.line == line
    assert said in problem.reason
    assert problem.file == "playbooks/tests/account-takeover.yml"


def test_a_mistake_in_one_walk_leaves_the_others_alone(content):
    good = WALK.partition("walks:\n")[2]
    bad = good.replace("id: restored", "id: other").replace("hold: running", "hold: going")

    read_in = read(content, WALK + bad + good.replace("id: restored", "id: third"))

    assert [walk.id for walk in read_in.walks] == ["restored", "third"]
    assert len(read_in.problems) == 1


def test_two_walks_of_one_name_are_refused(content):
    read_in = read(content, WALK + WALK.partition("walks:\n")[2])

    assert [problem.line for problem in read_in.problems] == [15]


def test_a_file_without_a_page_is_a_stray(content):
    (content / "tests/nobody.yml").write_text(WALK, encoding="utf-8")

    assert [problem.file for problem in stray_scenario_files(content, LIBRARY)] == [
        "playbooks/tests/nobody.yml"
    ]


def test_a_page_without_walks_is_there_with_none(content):
    library = read_library(content)

    assert {
        name for name, walks in read_scenarios(content, library).items() if not walks.walks
    } == {page.id for page in library.playbooks}


def script(text, *pages):
    return read_script(read_script_text(text, "a file"), pages or (ACCOUNT,), LIBRARY)


def test_yes_and_no_need_no_quotes():
    asks = next(
        (page, question)
        for page in LIBRARY.playbooks
        for question in page.questions
        if {"yes", "no"} <= {option.id for option in question.options}
    )
    page, question = asks

    assert script(f"answers: {{{question.id}: yes}}", page).answers == {question.id: "yes"}
    assert script(f"answers: {{{question.id}: no}}", page).answers == {question.id: "no"}


def test_free_words_may_look_like_anything():
    assert script("answers: {profile: 2024-05-01}").answers == {"profile": "2024-05-01"}
    assert script("answers: {profile: 42}").answers == {"profile": "42"}


def test_evidence_may_be_named_or_written_out():
    assert script("evidence: {profile-url: https://example.org}").evidence == {
        "profile-url": "https://example.org"
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[]", "this must be keys"),
        ('{"answers": {"danger": ["credible", "imminent"]}}', "has one answer, not a list"),
        ('{"answers": {"danger": "credible", "danger": "imminent"}}', "is here twice"),
        ('{"answer": {}}', "unknown key 'answer'"),
        ('{"answers": ', "not YAML"),
        ("", "the file is empty"),
    ],
)
def test_a_file_of_answers_says_what_is_wrong_with_it(text, said):
    with pytest.raises(PlaybookError, match=said):
        script(text)


def test_whoever_says_nothing_is_read():
    assert script("{}").answers == {}


def test_several_pages_are_answered_together():
    doxing = LIBRARY.playbook("doxing")
    own = next(one for one in doxing.questions if ACCOUNT.question(one.id) is None and one.options)

    said = script(f"answers: {{{own.id}: {own.options[0].id}, typed: code}}", ACCOUNT, doxing)

    assert set(said.answers) == {own.id, "typed"}
