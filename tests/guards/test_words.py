"""The words check refuses what docs/words.md says we do not write, in every place people read."""

from pathlib import Path

import pytest

from checks.sentences import Sentence, in_python, in_template, in_yaml, sentences
from checks.words import (
    PAGE,
    Rule,
    has_straight_apostrophe,
    main,
    pattern,
    refusals,
    rules_of,
    straight_apostrophes,
    torn_signs,
    torn_words,
)

ROOT = Path(__file__).resolve().parents[2]
RULES = tuple(rules_of(PAGE.read_text()))


def refused(text: str) -> list[str]:
    return [instead for _file, _text, instead in refusals(RULES, [Sentence("here", text)])]


@pytest.mark.parametrize(
    "text",
    [
        "Somebody has to read it.",
        "Your duty mail",
        "Send a letter",
        "It is sealed",
        "Close the door",
        "Let it leave",
        "The very bytes, and their fingerprint",
        "Take a tick away to take it back",
        "These stand unsealed",
        "The answer lies in the mailbox",
        "Raised by hand",
        "Let them enrol once more",
        "You cannot bear it any more",
        "Our next word is due",
        "Whoever has\nit",
    ],
)
def test_a_word_that_is_not_used_is_refused_with_the_one_to_write(text: str) -> None:
    assert refused(text)


@pytest.mark.parametrize(
    "text",
    [
        "Someone has to read it.",
        "The mail server cannot be reached.",
        "26 letters and digits",
        "The mailbox is open.",
        "helpdesk/core/mail.py is at http://mail.example.org/letters",
        "It stands for nothing else.",
        "They understand",
    ],
)
def test_words_that_only_look_like_one_are_left_alone(text: str) -> None:
    assert not refused(text)


def test_every_place_where_people_read_is_looked_at(tmp_path: Path) -> None:
    planted = {
        "helpdesk/templates/duty/a.html": "<p>Ask {{ who }} or somebody\n else.</p>",
        "helpdesk/templates/duty/b.html": "{{ post('/x', 'Somebody else') }}",
        "helpdesk/templates/duty/c.html": '<nav aria-label="Somebody else"></nav>',
        "helpdesk/templates/emails/d.txt": "{% block subject %}Somebody waits{% endblock %}",
        "helpdesk/duty/e.py": 'raise Conflict("Somebody was "\n    "quicker.")',
        "helpdesk/duty/f.py": 'flash(f"Somebody has {case.ref}.")',
        "helpdesk/cli/g.py": '@main.command()\ndef a() -> None:\n    """Ask somebody."""',
        "playbooks/types/h.yml": "steps: [{do: Ask somebody.}]",
        "playbooks/vocab/i.yml": "- ask: Did somebody see it?",
        "playbooks/triage.yml": "rules: [{reporter: Somebody reads it.}]",
        "helpdesk/translations/messages.pot": 'msgid "Ask somebody."\nmsgstr ""\n',
    }
    for name, text in planted.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)

    found = {file for file, _text, _instead in refusals(RULES, sentences(tmp_path))}

    assert found == set(planted)


def test_docstrings_comments_and_peoples_own_names_for_things_are_not_looked_at() -> None:
    assert not list(in_python('"""Somebody."""\n\ndef a():\n    """Somebody."""  # somebody'))
    assert not [text for text in in_template("{# somebody #}{% if x %}{% endif %}") if text]
    assert list(in_yaml("also_called: [somebody has my mail]\ntitle: A title")) == ["A title"]


def test_a_rule_never_refuses_what_it_says_to_write() -> None:
    assert len(RULES) > 20
    assert [rule.write for rule in RULES if refused(rule.write)] == []


def test_a_use_that_is_fine_hides_no_other() -> None:
    rule = Rule("email", pattern(["mail"]), pattern(["mail server"]))

    assert rule.found_in("The mail server") is None
    assert rule.found_in("The mail server took the mail") == "mail"


@pytest.mark.parametrize(
    "text", ["It isn't here.", "A colleague's case", "Two colleagues' cases", "quelqu'un l'a fait"]
)
def test_a_straight_apostrophe_is_refused(text: str) -> None:
    assert has_straight_apostrophe(text)
    assert not has_straight_apostrophe(text.replace("'", "’"))


@pytest.mark.parametrize(
    "text", ["'cases' is no step; 'ends' is", "SET search_path = 'pages' AND x = 'y'", "'{}' ends"]
)
def test_a_name_in_straight_quotes_has_no_apostrophe(text: str) -> None:
    assert not has_straight_apostrophe(text)


def test_a_straight_apostrophe_is_found_in_every_place_and_language(tmp_path: Path) -> None:
    planted = {
        "helpdesk/templates/duty/a.html": "<p>It isn't here.</p>",
        "helpdesk/templates/emails/b.txt": "{% block subject %}It isn't here{% endblock %}",
        "helpdesk/duty/c.py": 'raise Conflict("It isn\'t here.")',
        "helpdesk/cli/d.py": '@main.command()\ndef a() -> None:\n    """It isn\'t here."""',
        "playbooks/types/e.yml": "steps: [{do: It isn't here.}]",
        "playbooks/types/f.yml": "also_called: [my mother's phone]",
        "playbooks/i18n/fr/g.yml": 'texts: {g.title: {of: "1", text: "Ce n\'est pas ici"}}',
        "helpdesk/translations/messages.pot": 'msgid "It isn\'t here."\nmsgstr ""\n',
        "helpdesk/translations/fr/LC_MESSAGES/messages.po": (
            'msgid "It is gone."\nmsgstr "Ce n\'est plus ici."\n'
        ),
    }
    for name, text in planted.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)

    assert {file for file, _text, _instead in straight_apostrophes(tmp_path)} == set(planted)


def test_french_signs_that_could_begin_a_line_are_found(tmp_path: Path) -> None:
    texts = {
        "a": "Est-ce fini ?",
        "b": "Choisissez « Oui\u00a0».",
        "c": "Choisissez «\u00a0Oui\u00a0»\u00a0!",
    }
    for name, text in texts.items():
        for language in ("fr", "es"):
            path = tmp_path / "playbooks/i18n" / language / f"{name}.yml"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f'texts: {{t: {{text: "{text}"}}}}')

    assert [Path(file).name for file, _text, _instead in torn_signs(tmp_path)] == ["a.yml", "b.yml"]


def test_a_word_that_could_break_at_its_hyphen_is_found(tmp_path: Path) -> None:
    for language in ("fr", "pt", "es"):
        for name, text in {"a": "Um E-mail", "b": "Um e\u2011mail", "c": "quem fez-mail"}.items():
            path = tmp_path / "playbooks/i18n" / language / f"{name}.yml"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f'texts: {{t: {{text: "{text}"}}}}')

    found = [file for file, _text, _instead in torn_words(tmp_path)]
    assert found == ["playbooks/i18n/fr/a.yml", "playbooks/i18n/pt/a.yml"]


def test_the_check_holds_today() -> None:
    assert main() == 0
