from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from painclinic.audit.actions import System
from programs.actions import ContentRefusedError, load_programme, publish_version


class Command(BaseCommand):
    help = "Load the files of a programme as a new version; the same text is loaded once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path, help="programs/content/<programme>/<language>")
        parser.add_argument("--publish", action="store_true", help="freeze it and offer it to new enrolments")

    def handle(self, *args: Any, **options: Any) -> None:
        by = System("load_programme")
        try:
            version = load_programme(path=options["path"], by=by)
        except ContentRefusedError as refused:
            for fault in refused.faults:
                self.stderr.write(str(fault))
            raise CommandError(f"Refused: {len(refused.faults)} faults. Nothing was loaded.") from refused
        if options["publish"]:
            version = publish_version(version=version, by=by)
        self.stdout.write(f"{version} is {version.state}.")
