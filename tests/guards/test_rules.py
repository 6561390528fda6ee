"""The code keeps its own rules, and each rule catches a planted breach."""

from pathlib import Path

import pytest

from tests.guards import rules

ROOT = Path(__file__).resolve().parents[2]

BREACHES = [
    (rules.only_the_edge_commits, "helpdesk/cases/operations.py", "session.commit()"),
    (
        rules.only_the_edge_commits,
        "helpdesk/cases/operations.py",
        "from helpdesk.core.lost_commits import commit",
    ),
    (rules.only_markup_makes_markup, "helpdesk/cases/views.py", "Markup(told)"),
    (rules.only_markup_makes_markup, "helpdesk/templates/cases/a.html", "{{ told | safe }}"),
    (rules.only_settings_read_the_environment, "helpdesk/cases/jobs.py", "os.environ['X']"),
    (rules.no_machine_says_what_time_it_is, "helpdesk/cases/jobs.py", "datetime.now(UTC)"),
    (rules.no_expression_runs_from_data, "helpdesk/playbooks/x.py", "eval('1')"),
    (rules.no_expression_runs_from_data, "helpdesk/playbooks/x.py", "yaml.load(text)"),
    (
        rules.texts_are_normalised_at_a_bounded_cost,
        "helpdesk/cases/forms.py",
        "unicodedata.normalize('NFC', text)",
    ),
    (
        rules.who_was_slower_looks_again,
        "helpdesk/cases/operations.py",
        'raise Conflict(\n    "Someone else has taken this case."\n)',
    ),
    (rules.a_form_reads_its_body_alone, "helpdesk/cases/views.py", "request.values['ref']"),
    (
        rules.operations_require_first,
        "helpdesk/cases/operations.py",
        "def close(work, case):\n    work.record('case.closed', case)\n",
    ),
    (rules.templates_are_plain, "helpdesk/templates/a.html", "<script>1</script>"),
    (rules.templates_are_plain, "helpdesk/templates/a.html", '<p style="color:red">x</p>'),
    (rules.templates_are_plain, "helpdesk/templates/a.html", '<img src="//elsewhere.example/x">'),
    (rules.templates_are_plain, "helpdesk/templates/a.html", '<form method="post"></form>'),
    (rules.templates_are_plain, "helpdesk/templates/a.html", "<form>{{ hidden(form) }}</form>"),
    (rules.migrations_stand_alone, "migrations/versions/0001_a.py", "import helpdesk"),
    (rules.migrations_stand_alone, "migrations/versions/0007_a.py", "down_revision = None"),
    (
        rules.the_way_back_loses_nothing,
        "migrations/versions/0001_a.py",
        "def downgrade():\n    op.drop_column('cases', 'story')\n",
    ),
    *(
        (rules.peoples_words_stand_apart, "helpdesk/templates/cases/a.html", words)
        for words in (
            "<p>{{ person.name }}, {{ at }}</p>",
            '<p>{{ names[one.author] if names else "nobody" }}</p>',
            '{{ warning_text("Never: " ~ contact.get("never_contact")) }}',
            "{{ _('Ask %(name)s', name=partner.name) }}",
            '<p dir="auto">{{ body }}</p>',
            "{% set name = one.partner.name %}{{ name }}",
        )
    ),
    (rules.unused_templates, "helpdesk/templates/a.html", "<p>Nobody sees this.</p>"),
]


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.__name__)
def test_the_code_keeps_the_rule(rule):
    assert list(rule(ROOT)) == []


@pytest.mark.parametrize(("rule", "path", "breach"), BREACHES)
def test_a_planted_breach_is_caught(tmp_path, rule, path, breach):
    planted = tmp_path / path
    planted.parent.mkdir(parents=True)
    planted.write_text(breach)
    (tmp_path / "helpdesk" / "templates").mkdir(parents=True, exist_ok=True)

    assert list(rule(tmp_path))


def test_every_rule_has_a_planted_breach():
    assert {rule for rule, _, _ in BREACHES} == set(rules.RULES)
