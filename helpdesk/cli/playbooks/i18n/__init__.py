"""`helpdesk playbooks i18n`: sentences out to translators, and their words back in."""

import click

from helpdesk.cli.commands import LoadedWhenCalled


class Translating(LoadedWhenCalled):
    """The three tools for translations."""

    where = {
        "extract": "helpdesk.cli.playbooks.i18n.extract:extract",
        "merge": "helpdesk.cli.playbooks.i18n.merge:merge",
        "status": "helpdesk.cli.playbooks.i18n.status:status",
    }


@click.group(cls=Translating)
def i18n() -> None:
    """Translate the playbooks and the public pages."""
