"""`python -m helpdesk.cli` is the helpdesk command."""

from helpdesk.cli import main

main()
