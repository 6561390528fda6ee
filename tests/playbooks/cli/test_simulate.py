"""Levels and walks from a shell: what they print, as JSON too, and the status they end with."""

import json
import shutil

import pytest
from click.testing import CliRunner

from helpdesk.cli import main
from helpdesk.playbooks.shelf import CONTENT

ANSWERS = {"danger": "credible", "hold": "running", "reach": "self", "inside": ["lures"]}
WALK = """\
schema: walks/1
walks:
  - id: only-one
    says: Somebody who says little.
    answers: {danger: imminent}
    expect: {level: urgent, rule: R1, flags: [lures-others], steps: [rule-out], end: explained}
"""


def run(*arguments, **more):
    return CliRunner().invoke(main, ["playbooks", *map(str, arguments)], **more)


def as_data(*arguments):
    result = run(*arguments, "--json")
    return result.exit_code, json.loads(result.stdout)


def in_words(text):
    return " ".join(text.split())


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


# --- level and table -----------------------------------------------------------------------------


def test_a_level_with_its_rule_and_both_sentences():
    status, data = as_data("level", "--danger", "credible", "--hold", "running")
    result = run("level", "--danger", "credible", "--hold", "running")

    assert status == result.exit_code == 0
    assert (data["level"], data["rule"]) == ("urgent", "R4")
    assert "URGENT by rule R4" in result.stdout
    assert data["sentence_for_reporter"] in in_words(result.stdout)
    assert data["sentence_for_responder"] in in_words(result.stdout)


def test_nothing_said_and_unsure_are_the_same():
    unsure = [
        part
        for name in ("danger", "hold", "reach", "clock", "capacity")
        for part in (f"--{name}", "unsure")
    ]

    _, nothing = as_data("level")
    _, not_known = as_data("level", *unsure)

    assert nothing["rule"] == not_known["rule"] == "R9"
    assert nothing["assumed"] == ["danger", "hold"]


def test_an_answer_that_is_none_is_refused():
    result = run("level", "--danger", "high")

    assert result.exit_code == 2
    assert (
        "--danger is never 'high'; it is none_known, credible, imminent, unsure." in result.output
    )


def test_the_table_has_72_rows():
    status, rows = as_data("table")

    assert status == 0
    assert len(rows) == len({tuple(row.items()) for row in rows}) == 72
    assert all(
        list(row) == ["danger", "hold", "reach", "clock", "capacity", "level", "rule"]
        for row in rows
    )


def test_every_row_of_the_table_is_what_level_says():
    _, rows = as_data("table")

    for row in rows[::5]:
        said = [part for name in list(row)[:5] for part in (f"--{name}", row[name])]
        _, data = as_data("level", *said)
        assert (data["level"], data["rule"]) == (row["level"], row["rule"])


def test_the_table_can_be_read_in_a_terminal():
    result = run("table")

    assert result.exit_code == 0
    assert max(len(line) for line in result.stdout.splitlines()) <= 100
    assert all(f"R{number} " in result.stdout for number in range(1, 13))


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
        "Better not:",
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
        (["doxing", "--all"], {}, "Say one thing to do"),
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


# --- by chance -----------------------------------------------------------------------------------


def test_exploring_holds_and_counts():
    status, data = as_data("simulate", "--explore", "--seeds", 5, "doxing", "advice")

    assert (status, data["broken"], data["seeds"]) == (0, 0, 5)
    assert len(data["invariants"]) == 7


def test_a_seed_can_be_looked_at_again():
    result = run("simulate", "--explore", "--seed", 17, "doxing")

    assert result.exit_code == 0
    assert "seed: 17" in result.stdout
    assert "Steps:" in result.stdout


def test_what_is_broken_names_its_seed(content):
    page = content / "types/account-takeover.yml"
    flag = (
        "red_flags:\n  - {id: planted, when: {is: [hold, ended]}, floor: immediate, why: Over.}\n"
    )
    page.write_text(
        page.read_text(encoding="utf-8").replace("red_flags:\n", flag), encoding="utf-8"
    )

    result = run("simulate", "--explore", "--seeds", 60, "account-takeover", "--folder", content)

    assert result.exit_code == 1
    assert "raising an answer never lowers the level" in result.stdout
    assert "helpdesk playbooks simulate --explore --seed " in result.stdout


def test_many_people_are_shared_among_processes():
    status, data = as_data("simulate", "--explore", "--seeds", 2000, "suspicious-message")

    assert (status, data["broken"]) == (0, 0)
