"""A worker with a fault planted in it: it writes a letter for each case, however many they are."""

from helpdesk.cli import main
from helpdesk.triage import crowds

if __name__ == "__main__":
    crowds.is_one_of_many = lambda _work, _case: False
    main()
