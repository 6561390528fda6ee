"""The engine of the playbooks: reading the written pages, and running them on cases."""
