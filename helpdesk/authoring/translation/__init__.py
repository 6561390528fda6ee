"""Translation of the playbooks: one id, many languages, and what to do where words are old."""
