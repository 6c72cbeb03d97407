import re
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from programs.comparing import compare
from programs.loading import ProgrammeContent, read_tree
from programs.models import ProgrammeVersion
from programs.stored import content_of

# cbt-chronic-pain/en:3
NAMED = re.compile(r"(?P<slug>[a-z0-9-]+)/(?P<language>[a-z-]+):(?P<number>[0-9]{1,6})", re.ASCII)


class Command(BaseCommand):
    help = (
        "Compare two texts of a programme, each a folder of files or a loaded version such as "
        "cbt-chronic-pain/en:3. Ends with 0 when they say the same, with 1 when they differ."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("old", help="a folder, or programme/language:number")
        parser.add_argument("new", help="a folder, or programme/language:number")

    def handle(self, *args: Any, **options: Any) -> None:
        found = compare(self._content(options["old"]), self._content(options["new"]))
        for difference in found:
            self.stdout.write(str(difference))
        count = f"{len(found)} differences" if len(found) != 1 else "1 difference"
        self.stdout.write(f"{options['old']} to {options['new']}: {count if found else 'no difference'}.")
        if found:
            sys.exit(1)

    def _content(self, name: str) -> ProgrammeContent:
        matched = NAMED.fullmatch(name)
        return self._version(matched) if matched else self._folder(Path(name))

    def _folder(self, path: Path) -> ProgrammeContent:
        programme, faults = read_tree(path)
        for fault in faults:
            self.stderr.write(str(fault))
        if programme is None:
            raise CommandError(
                f"{path}: {len(faults)} faults; only whole content can be compared.", returncode=2
            )
        return programme

    def _version(self, named: re.Match[str]) -> ProgrammeContent:
        versions = ProgrammeVersion.objects.select_related("programme").in_language(named["language"])
        found = versions.filter(programme__slug=named["slug"], number=int(named["number"])).first()
        if found is None:
            raise CommandError(f"{named[0]}: no such version is loaded.", returncode=2)
        return content_of(found)
