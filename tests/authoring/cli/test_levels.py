"""Levels from a shell: one of them with its reasons, and the whole table."""

from tests.authoring.cli.shell import as_data, in_words, run


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
