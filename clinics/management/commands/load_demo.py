from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from clinics.demo.build import build, is_built
from clinics.demo.staff import BUILDER
from programs.actions import load_instruments


class Command(BaseCommand):
    help = "Fills an empty database with a synthetic clinic; one that is there gets new questionnaires only."

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("Demonstration data is refused in production.")
        if is_built():
            # An older demonstration goes on with the questionnaires of this version.
            load_instruments(by=BUILDER)
            return
        # All or nothing: a start that was broken off leaves no half clinic behind.
        with transaction.atomic():
            count = build()
        self.stdout.write(f"The synthetic clinic has {count} patients.")
