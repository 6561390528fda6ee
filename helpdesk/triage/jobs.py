"""What the worker does for this feature."""
