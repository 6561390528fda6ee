"""Figures and faults: the real helpdesk under load, beside a bare Flask app, and under the axe."""
