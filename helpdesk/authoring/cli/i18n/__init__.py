"""`helpdesk playbooks i18n`: sentences out to translators, and their words back in."""

import click

from helpdesk.lazy_group import LazyGroup


class TranslationCommands(LazyGroup):
    """The three tools for translations."""

    where = {
        "extract": "helpdesk.authoring.cli.i18n.extract:extract_sentences_command",
        "merge": "helpdesk.authoring.cli.i18n.merge:merge_translations_command",
        "status": "helpdesk.authoring.cli.i18n.status:translation_status_command",
    }


@click.group("i18n", cls=TranslationCommands)
def translation_commands() -> None:
    """Translate the playbooks and the public pages."""
