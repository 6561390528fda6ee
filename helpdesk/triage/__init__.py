"""Triage: how urgent a case is, by which rule, and what is still to ask."""
