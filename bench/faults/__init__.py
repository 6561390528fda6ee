"""Fault trials: things are killed, held up and flooded while people work; a judge counts."""
