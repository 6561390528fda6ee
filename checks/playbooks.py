"""Does every playbook read? Whatever leads nowhere is named with its file and line."""

import sys
from pathlib import Path

from helpdesk.playbooks.reading.folder import check_all

PLAYBOOKS = Path(__file__).resolve().parents[1] / "playbooks"


def main() -> int:
    problems = check_all(PLAYBOOKS)
    for problem in problems:
        sys.stderr.write(f"{problem}\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
