"""Reading playbooks from YAML files. Reading is strict: whatever leads nowhere is refused, with its
line."""
