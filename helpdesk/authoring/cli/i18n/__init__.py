"""`helpdesk playbooks i18n`: sentences out to translators, and their words back in."""

import click

from helpdesk.lazy_group import LazyGroup


class TranslationCommands(LazyGroup):
    """The three tools for translations."""

    where = {
        "extract": "helpdesk.authoring.cli.i18n.extract:extract",
        "merge": "helpdesk.authoring.cli.i18n.merge:merge",
        "status": "helpdesk.authoring.cli.i18n.status:status",
    }


@click.group(cls=TranslationCommands)
def i18n() -> None:
    """Translate the playbooks and the public pages."""
