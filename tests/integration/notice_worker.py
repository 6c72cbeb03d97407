"""A worker that sends what is due, over and over: for the test that kills it.

Its push service is the test's own server on this machine, and its lease is short.
"""

import os
import time
from dataclasses import replace
from datetime import timedelta

import django


def main() -> None:
    django.setup()
    from django.conf import settings

    from messaging.actions.dispatch import deliver
    from messaging.models import Reminder

    settings.PUSH = replace(settings.PUSH, hosts=(os.environ["TEST_PUSH_HOST"],))
    settings.TEST_PRIVATE_HOSTS = frozenset({"localhost"})
    Reminder.LEASE = timedelta(seconds=2)
    while True:
        deliver()
        time.sleep(0.05)


if __name__ == "__main__":
    main()
