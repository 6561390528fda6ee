"""What people fill in about the level of a case."""
