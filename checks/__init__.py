"""Checks about the helpdesk that are not tests: each is `python -m checks.<name>`."""
