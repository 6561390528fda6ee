"""Embedded servers for a machine that has none: PostgreSQL and Redis from wheels, on unix
sockets."""

from helpdesk.adapters.embedded.postgres import EmbeddedPostgres
from helpdesk.adapters.embedded.redis import EmbeddedRedis
from helpdesk.adapters.embedded.server_folders import ServerNotStarted

__all__ = ["EmbeddedPostgres", "EmbeddedRedis", "ServerNotStarted"]
