"""A worker with a fault planted in it: it writes a letter for each case, however many they are."""

from helpdesk.cli import main
from helpdesk.triage import surge_alerts

if __name__ == "__main__":
    surge_alerts.is_part_of_surge = lambda _work, _case: False
    main()
