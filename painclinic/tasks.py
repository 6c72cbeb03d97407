"""Tasks of the kernel, where the worker looks for them."""

from painclinic.heartbeat import heartbeat

__all__ = ["heartbeat"]
