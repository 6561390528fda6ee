"""The pattern of a handle: what a sign-in name or the short name of a team may look like."""

import re
from typing import Final

SHORT_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{1,38}\Z")
LONGEST_NAME: Final = 80
