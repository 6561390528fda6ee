"""The playbooks in other languages: one id, many languages, and what to do where words are old."""
