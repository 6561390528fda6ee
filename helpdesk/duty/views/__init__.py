"""Addresses of the staff's own pages: the board, the queues, the case, approvals, the letters."""

from helpdesk.duty.views import approvals, board, cases, letters, queues
from helpdesk.duty.views.blueprint import bp

__all__ = ["approvals", "board", "bp", "cases", "letters", "queues"]
