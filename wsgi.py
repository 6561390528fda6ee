"""The helpdesk for any WSGI server: `SERVES` says which pages this process has."""

import os
import sys

from helpdesk import core_dumps, logs
from helpdesk.context_assembly import open_context
from helpdesk.host_dispatch import application_for
from helpdesk.playbooks.published import NotPublished
from helpdesk.settings import NotConfigured, Settings

core_dumps.disable_core_dumps()
logs.configure_logging("pages")
try:
    settings = Settings.from_environment(os.environ)
    application = application_for(open_context(settings), settings.serves)
except NotConfigured as missing:
    sys.stderr.write(f"The helpdesk is only half configured.\n{missing}\n")
    sys.exit(2)
except NotPublished as behind:
    sys.stderr.write(f"The playbooks cannot be loaded. {behind}\n")
    sys.exit(2)
