from typing import Any

from django.core.management.base import BaseCommand, CommandError

from painclinic.audit.actions import System
from programs.actions import InstrumentRefusedError, load_instruments


class Command(BaseCommand):
    help = "Load the questionnaires that ship with painclinic; what is loaded already stays as it is."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            new = load_instruments(by=System("load_instruments"))
        except InstrumentRefusedError as refused:
            for fault in refused.faults:
                self.stderr.write(str(fault))
            raise CommandError(f"Refused: {len(refused.faults)} faults. Nothing was loaded.") from refused
        for version in new:
            self.stdout.write(f"{version.instrument.slug}, {version.language}: version {version.number}.")
        self.stdout.write(f"{len(new)} new." if new else "Nothing new.")
