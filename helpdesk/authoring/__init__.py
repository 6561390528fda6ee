"""Tools for authors of playbooks: reading, lint, translation, simulation and their commands."""
