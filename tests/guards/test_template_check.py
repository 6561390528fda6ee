"""The check of templates refuses what our code has no name for, before a page falls over it."""

import pytest
from jinja2 import Environment, StrictUndefined

from checks import templates

KNOWN = templates.ELSEWHERE | {"ref", "wording_to_approve"}


@pytest.fixture
def troubles(tmp_path, monkeypatch):
    monkeypatch.setattr(templates, "TEMPLATES", tmp_path)

    def found(words):
        path = tmp_path / "page.html"
        path.write_text(words)
        environment = Environment(undefined=StrictUndefined, autoescape=True)
        return list(templates.troubles_of(environment, path, KNOWN))

    return found


def test_an_attribute_that_was_renamed_is_refused(troubles):
    assert troubles("{{ request.ref }}\n{{ request.wording }}") == [
        "page.html, line 2: nothing of ours has .wording"
    ]


@pytest.mark.parametrize(
    "words",
    [
        "{{ request.wording_to_approve }}",
        "{{ field.errors|length }}{{ loop.index0 }}",
        "{% set sorted = namespace(mine=[]) %}{% set sorted.mine = [1] %}{{ sorted.mine }}",
    ],
)
def test_what_is_known_is_taken(troubles, words):
    assert troubles(words) == []


def test_every_name_of_the_package_is_known():
    names = templates.names_in_python(templates.PACKAGE)

    assert {"wording_to_approve", "lines_by_field", "ref"} <= names
    assert "lines_for_us" not in names
