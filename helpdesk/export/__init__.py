"""Playbooks for others: CACAO for machines, sheets and drawings for people without the helpdesk."""
