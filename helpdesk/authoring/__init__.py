"""For those who write playbooks: reading, lint, translation, simulation and their commands."""
