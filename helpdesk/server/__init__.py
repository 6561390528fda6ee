"""The HTTP server of the pages: waitress, in several processes on one socket."""
