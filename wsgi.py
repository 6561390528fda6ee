"""The helpdesk for any WSGI server: `SERVES` says which pages this process has."""

import os
import sys

from helpdesk import core_dumps, logs
from helpdesk.adapters.database_errors import why_database_refuses
from helpdesk.context_assembly import open_context, open_engine
from helpdesk.host_dispatch import application_for
from helpdesk.intake.startup_check import log_if_no_queue_takes_reports
from helpdesk.playbooks.published import NotPublished
from helpdesk.settings import NotConfigured, Settings, Surface

core_dumps.disable_core_dumps()
logs.configure_logging("pages")
try:
    settings = Settings.from_environment(os.environ, serves_pages=True)
    application = application_for(open_context(settings), settings.serves)
    # On a connection of its own, closed before this process is forked.
    engine = open_engine(settings.database_url)
    if refused := why_database_refuses(engine):
        raise NotConfigured(refused)
    if Surface.PUBLIC in settings.serves:
        log_if_no_queue_takes_reports(open_context(settings, engine=engine))
    engine.dispose()
except NotConfigured as missing:
    sys.stderr.write(f"The helpdesk is only half configured.\n{missing}\n")
    sys.exit(2)
except NotPublished as behind:
    sys.stderr.write(f"The playbooks cannot be loaded. {behind}\n")
    sys.exit(2)
