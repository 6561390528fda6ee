"""Playbooks at work on cases: runs, their steps, and what was recorded."""
