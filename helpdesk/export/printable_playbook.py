"""A printable playbook: Markdown or HTML that stands alone, for people without the helpdesk."""

import re
from pathlib import Path
from typing import Any

from babel import Locale
from babel.support import NullTranslations
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from helpdesk.playbooks.answer_evaluation import all_advice
from helpdesk.playbooks.condition_text import condition_in_words
from helpdesk.playbooks.conditions import Condition
from helpdesk.playbooks.library import Library
from helpdesk.playbooks.model import Playbook, StepPerformer
from helpdesk.web.catalogues import load_catalogue_or_source

HERE = Path(__file__).parents[1]
SPECIAL = re.compile(r"([\\`*_\[\]<>#|])")


def playbook_to_markdown(library: Library, page: Playbook, language: str) -> str:
    """Export a playbook as Markdown. `library` and `page` are already in that language."""
    rendered = _render("export/sheet.txt", library, page, language)
    return re.sub(r"\n{3,}", "\n\n", rendered).strip() + "\n"


def playbook_to_html(library: Library, page: Playbook, language: str) -> str:
    """Export a playbook as one HTML file that loads nothing and prints well."""
    return _render("export/sheet.html", library, page, language)


def _render(template: str, library: Library, page: Playbook, language: str) -> str:
    said = load_catalogue_or_source(language)
    _ = said.gettext

    def when(condition: Condition) -> str:
        return condition_in_words(condition, page, said.gettext)

    content: dict[str, Any] = {
        "library": library,
        "page": page,
        "now": all_advice(page),
        "when": when,
        "who": {
            StepPerformer.RESPONDER.value: _("Helper"),
            StepPerformer.COORDINATOR.value: _("Coordinator"),
            StepPerformer.REPORTER.value: _("The person, with a helper"),
        },
        "language": language,
        "direction": Locale.parse(language).text_direction,
    }
    return _environment(said).get_template(template).render(content)


def _environment(said: NullTranslations) -> Environment:
    env = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=select_autoescape(["html"], default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    env.install_gettext_translations(said, newstyle=True)  # type: ignore[attr-defined]  # by i18n
    env.filters["md"] = _plain_in_markdown
    return env


def _plain_in_markdown(text: object) -> str:
    """Words that must not become markup."""
    return SPECIAL.sub(r"\\\1", str(text))
