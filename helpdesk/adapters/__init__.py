"""Adapters to the world outside, each fitting a Protocol of core: database, Redis, email,
processes."""
