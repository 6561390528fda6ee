"""People and teams who can sign in, and their keys."""
