"""Round trips: several lists read by one statement, several rows written by one statement.

Whoever has a page of many lists asks a `BatchQuery`; whoever takes in a report works with a
`BulkInsertWork`. What they are worth, measured: docs/decisions.
"""

from helpdesk.core.round_trips.batch_query import BatchQuery, Gathered, RowWithLists
from helpdesk.core.round_trips.bulk_insert import BulkInsertWork

__all__ = ["BatchQuery", "BulkInsertWork", "Gathered", "RowWithLists"]
