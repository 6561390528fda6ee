"""The staff's own pages over all features: the duty board, the queues, the case page."""
