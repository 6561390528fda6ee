"""Runs: playbooks at work on cases, their steps, and what was recorded."""
