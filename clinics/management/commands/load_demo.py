from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from clinics.demo.build import build, is_built


class Command(BaseCommand):
    help = "Fills an empty database with a synthetic clinic. Does nothing when it is there already."

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("Demonstration data is refused in production.")
        if is_built():
            return
        # All or nothing: a start that was broken off leaves no half clinic behind.
        with transaction.atomic():
            count = build()
        self.stdout.write(f"The synthetic clinic has {count} patients.")
