"""The helpdesk: digital-security triage and escalation for civil society."""
