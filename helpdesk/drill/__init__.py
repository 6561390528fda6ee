"""The drill: an organisation that exists on this machine only, to learn the helpdesk with."""
