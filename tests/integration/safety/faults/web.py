"""The real web application with a moved clock, for web processes of the fault tests."""

from painclinic.wsgi import application
from tests.integration.safety.faults import shared_clock

__all__ = ["application"]

shared_clock.follow()
