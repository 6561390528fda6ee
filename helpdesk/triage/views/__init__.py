"""Addresses of the level of a case."""
