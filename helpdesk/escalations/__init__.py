"""Asking a partner, and hearing back: a request with its own life, clock and record."""
