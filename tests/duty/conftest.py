"""The house of the requests, for what the staff's own pages show of them."""

from tests.escalations.conftest import house

__all__ = ["house"]
