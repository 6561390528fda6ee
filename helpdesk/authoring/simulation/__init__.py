"""Simulation: made-up people go through playbooks, so that a page is tried before anybody needs it.

Pure: the rules are those of a real case, and nothing is stored.
"""
