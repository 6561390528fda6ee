"""Exporting playbooks: CACAO for machines, sheets and drawings for people without the helpdesk."""
