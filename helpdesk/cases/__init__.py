"""One person's trouble, from first word to close."""
