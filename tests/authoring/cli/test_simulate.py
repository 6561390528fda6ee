"""Walks from a shell: what they print, as JSON too, and the status they end with."""

import json
import shutil

import pytest

from helpdesk.playbooks.repository import CONTENT
from tests.authoring.cli.shell import as_data, in_words, run

ANSWERS = {"danger": "credible", "hold": "running", "reach": "self", "inside": ["lures"]}
WALK = """\
schema: walks/1
walks:
  - id: only-one
    says: Somebody who says little.
    answers: {danger: imminent}
    expect: {level: urgent, rule: R1, flags: [lures-others], steps: [rule-out], end: explained}
"""


@pytest.fixture
def answers(tmp_path):
    def write(**script):
        file = tmp_path / "answers.json"
        file.write_text(json.dumps(script), encoding="utf-8")
        return file

    return write


@pytest.fixture
def content(tmp_path):
    folder = tmp_path / "playbooks"
    shutil.copytree(CONTENT, folder)
    return folder


# --- one script ----------------------------------------------------------------------------------


def test_what_a_script_leads_to(answers):
    file = answers(answers=ANSWERS, outcomes={"confirm-owner": "confirmed", "live-session": "lost"})

    status, data = as_data("simulate", "account-takeover", "--answers", file)

    assert status == 0
    assert (data["level"], data["rule"]) == ("urgent", "R4")
    assert [flag["id"] for flag in data["red_flags"]] == ["lures-others"]
    assert data["end"] == "restored"
    taken = {step["id"]: step for step in data["steps"]}
    assert taken["confirm-owner"]["assumed"] is False
    assert taken["rule-out"]["assumed"] is True
    assert data["steps"][0]["id"] == "first-contact.acknowledge"
    [missing] = data["missing"]
    assert [gate["gate"] for gate in missing["gates"]] == [
        "vetted",
        "consent_platform",
        "public_form",
    ]
    assert data["expect"]["steps"][:2] == ["rule-out", "confirm-owner"]


def test_a_script_in_words_names_everything(answers):
    file = answers(answers=ANSWERS)

    result = run("simulate", "account-takeover", "--answers", file)
    said = in_words(result.stdout)

    assert result.exit_code == 0
    for words in (
        "URGENT by rule R4",
        "lures-others (at least urgent)",
        "Safe to do now:",
        "What not to do:",
        "rule-out → intruder",
        "(assumed)",
        "Not needed:",
        "Missing for a request to platform:",
        "Tags: rsit:",
        "End: restored (resolved)",
        "expect: {level: urgent",
    ):
        assert words in said
    assert max(len(line) for line in result.stdout.splitlines()) <= 100


def test_what_it_prints_as_expected_is_what_a_walk_through_expects(answers, content):
    file = answers(answers=ANSWERS)
    _, data = as_data("simulate", "account-takeover", "--answers", file)
    walk = {"id": "pasted", "says": "x", "answers": ANSWERS, "expect": data["expect"]}
    (content / "tests/account-takeover.yml").write_text(
        json.dumps({"schema": "walks/1", "walks": [walk]}), encoding="utf-8"
    )

    assert run("simulate", "--all", "account-takeover", "--folder", content).exit_code == 0


def test_answers_come_from_the_standard_input_too():
    result = run("simulate", "advice", "--answers", "-", input="answers: {danger: none_known}")

    assert result.exit_code == 0


def test_hidden_answers_are_dropped_and_named(answers):
    file = answers(answers={"about": ["advice"], "noticed": "x"})

    status, data = as_data("simulate", "something-else", "--answers", file)

    assert (status, data["dropped"]) == (0, ["noticed"])
    assert "noticed" in run("simulate", "something-else", "--answers", file).stdout


def test_several_pages_combine(answers):
    file = answers(answers={"danger": "none_known", "hold": "ended", "owner_state": "held"})

    _, both = as_data("simulate", "account-takeover", "--also", "doxing", "--answers", file)

    assert both["level"] == "immediate"
    assert [one["type"] for one in both["also"]] == ["doxing"]
    assert as_data("simulate", "doxing", "--answers", answers())[1]["also"] == []


def test_a_walk_that_the_rules_stop_is_a_finding(answers):
    file = answers(answers={}, outcomes={"confirm-owner": "skipped"})

    status, data = as_data("simulate", "account-takeover", "--answers", file)

    assert status == 1
    assert data["end"] is None
    assert "cannot be skipped" in data["stopped"]


@pytest.mark.parametrize(
    ("arguments", "script", "said"),
    [
        (["nothing-known"], {}, "There is no type 'nothing-known'. The types are: account-"),
        (["doxing"], {"answers": {"colour": "red"}}, "asks no question 'colour'"),
        (["doxing"], {"answers": {"hold": "sometimes"}}, "'hold' has no option 'sometimes'"),
        (["doxing"], {"outcomes": {"dance": "done"}}, "has no step 'dance'"),
        (["doxing"], {"outcomes": {"close.lesson": "x"}}, "'close.lesson' has no outcome 'x'"),
        ([], {}, "Name the page"),
        (["doxing", "--all"], {}, "Choose one"),
    ],
)
def test_what_cannot_run_says_why(answers, arguments, script, said):
    result = run("simulate", *arguments, "--answers", answers(**script))

    assert result.exit_code == 2
    assert said in in_words(result.output)
    assert "Traceback" not in result.output


@pytest.mark.parametrize("content", [b"\xff\xfe", b"{", b"[1", b"\x00", None])
def test_an_unreadable_file_is_named(tmp_path, content):
    file = tmp_path / "answers"
    if content is not None:
        file.write_bytes(content)

    result = run("simulate", "doxing", "--answers", file)

    assert result.exit_code == 2
    assert str(file) in result.output
    assert "Traceback" not in result.output


def test_one_of_the_ways_must_be_named():
    assert run("simulate", "doxing").exit_code == 2


def test_a_page_that_does_not_read_says_so_and_the_others_still_walk(content):
    page = content / "types/doxing.yml"
    page.write_text(page.read_text(encoding="utf-8") + "colour: red\n", encoding="utf-8")

    broken = run("simulate", "doxing", "--answers", "-", "--folder", content, input="{}")
    other = run("simulate", "advice", "--answers", "-", "--folder", content, input="{}")
    everything = run("simulate", "--all", "--folder", content)

    assert (broken.exit_code, other.exit_code, everything.exit_code) == (2, 0, 2)
    assert "types/doxing.yml, line" in broken.output
    assert "types/doxing.yml, line" in everything.output


# --- all walk-throughs ---------------------------------------------------------------------------


def test_all_walk_throughs_come_out_and_visit_everything():
    assert run("simulate", "--all").exit_code == 0
    assert run("simulate", "--coverage").exit_code == 0


def test_each_difference_has_file_line_and_both_values(content):
    (content / "tests/account-takeover.yml").write_text(WALK, encoding="utf-8")

    status, data = as_data("simulate", "--all", "account-takeover", "--folder", content)

    assert status == 1
    assert {
        one["what"]: (one["line"], one["expected"], one["found"])
        for one in data["differences"]
        if one["what"] in ("level", "flags", "end")
    } == {
        "level": (6, "urgent", "immediate"),
        "flags": (6, "[lures-others]", "[]"),
        "end": (6, "explained", "restored"),
    }
    said = run("simulate", "--all", "account-takeover", "--folder", content).stdout
    assert (
        "playbooks/tests/account-takeover.yml, line 6: only-one: level: expected urgent, "
        "found immediate"
    ) in said


def test_a_page_without_walks_and_walks_without_a_page_are_findings(content):
    (content / "tests/doxing.yml").rename(content / "tests/doxed.yml")

    status, data = as_data("simulate", "--all", "--folder", content)

    assert status == 1
    assert data["without_walks"] == ["doxing"]
    assert [one["file"] for one in data["problems"]] == ["playbooks/tests/doxed.yml"]


def test_what_no_walk_visits_is_listed(content):
    (content / "tests/account-takeover.yml").write_text(WALK, encoding="utf-8")

    status, data = as_data("simulate", "--coverage", "--folder", content)

    assert status == 1
    [one] = data["unvisited"]
    assert one["type"] == "account-takeover"
    assert {"danger.none_known", "danger.unsure", "typed.code"} <= set(one["options"])
    assert "danger.imminent" not in one["options"]
    assert "lures-others" in one["flags"]
    assert "lures-others" in one["floors"]
    assert "rule-out.colleague" in one["ways"]
    assert "no-answer" in one["ends"]
    assert "follow-up-platform" in one["steps"]
    assert "lures-others" in run("simulate", "--coverage", "--folder", content).stdout
