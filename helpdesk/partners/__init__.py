"""Organisations we hand requests to: a platform's trust team, another helpdesk."""
