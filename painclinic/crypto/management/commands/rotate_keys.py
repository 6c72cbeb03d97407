from typing import Any

from django.core.management.base import BaseCommand

from painclinic.crypto import keys


class Command(BaseCommand):
    help = "Wraps every person's key with the newest key of PAINCLINIC_KEYS. May be stopped and run again."

    def handle(self, *args: Any, **options: Any) -> None:
        done = 0
        while count := keys.rewrap_batch():
            done += count
        self.stdout.write(f"{done} keys wrapped anew; older keys may now be removed from PAINCLINIC_KEYS.")
