from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from painclinic.audit.actions import System
from programs.actions import InstrumentRefusedError, load_instrument_pack


class Command(BaseCommand):
    help = (
        "Load a licensed questionnaire from a file (docs/instrument-packs.md). "
        "No clinic can use it before somebody there has attested a licence."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path, help="a YAML or JSON file")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            version = load_instrument_pack(path=options["path"], by=System("load_instrument_pack"))
        except InstrumentRefusedError as refused:
            for fault in refused.faults:
                self.stderr.write(str(fault))
            raise CommandError(f"Refused: {len(refused.faults)} faults. Nothing was loaded.") from refused
        self.stdout.write(f"{version.instrument.slug}, {version.language}: version {version.number}.")
        self.stdout.write("A clinic admin can now attest a licence for it, under Questionnaires.")
