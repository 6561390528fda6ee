"""The helpdesk for any WSGI server: `SERVES` says which pages this process has."""

import os

from helpdesk import logs
from helpdesk.assembly import open_desk
from helpdesk.doors import application_for
from helpdesk.settings import Settings

logs.configure("pages")
settings = Settings.from_environment(os.environ)
application = application_for(open_desk(settings), settings.serves)
