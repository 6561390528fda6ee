"""Judging a case: how urgent it is, by which rule, and what is still to ask."""
