"""Escalations: requests to partners, from the draft to the partner's decision and the reporter's
verdict."""
