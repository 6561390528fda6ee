"""Fault trials: things are killed while people work, and a judge counts what was lost."""
