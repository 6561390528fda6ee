"""The search from a shell: what words find, and how often a file of sentences is answered right."""

from tests.authoring.cli.shell import as_data, run


def test_words_find_kinds_of_incident():
    status, data = as_data("search", "my", "account", "was", "hacked")

    assert status == 0
    assert data["found"][0] == "account-takeover"
    assert run("search", "my account was hacked").stdout.splitlines() == data["found"]


def test_a_file_of_sentences_is_scored_and_other_keys_are_ignored(tmp_path):
    file = tmp_path / "said.yml"
    file.write_text(
        "- {says: they took my phone, types: [device-lost-seized], lang: en, from: a report}\n"
        "- {says: me robaron el whatsapp, types: [messenger-hijack, account-takeover]}\n"
        "- {says: they took my phone, types: [website-down]}\n"
    )

    status, data = as_data("search", "--try", file)

    assert status == 0
    assert data == {"n": 3, "first": 2, "first_three": 2, "nothing": 0}
    assert (
        "website-down: “they took my phone” → device-lost-seized"
        in run("search", "--try", file).stdout
    )


def test_a_file_that_does_not_read_says_where(tmp_path):
    file = tmp_path / "said.yml"
    file.write_text("- says: hacked\n")

    result = run("search", "--try", file)

    assert result.exit_code == 2
    assert "an entry needs types" in result.output
    assert "Traceback" not in result.output


def test_words_or_a_file_but_not_both_and_not_neither(tmp_path):
    file = tmp_path / "said.yml"
    file.write_text("[]")

    assert run("search").exit_code == 2
    assert run("search", "hacked", "--try", file).exit_code == 2
    assert as_data("search", "--try", file)[1] == {
        "n": 0, "first": 0, "first_three": 0, "nothing": 0
    }  # fmt: skip
