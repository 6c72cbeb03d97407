"""PostgreSQL and Valkey as supervised children, for demonstration and tests. Knows nothing of Django."""

from painclinic.embedded.cluster import Urls, cluster
from painclinic.embedded.process import Child, ServerError, free_port

__all__ = ["Child", "ServerError", "Urls", "cluster", "free_port"]
