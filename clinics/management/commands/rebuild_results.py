from typing import Any

from django.core.management.base import BaseCommand

from clinics.results.actions import rebuild_results
from painclinic.audit.actions import System


class Command(BaseCommand):
    help = "Makes the kept figures of the results page again from the record. May run at any time."

    def handle(self, *args: Any, **options: Any) -> None:
        count = rebuild_results(by=System("rebuild-results"))
        self.stdout.write(f"{count} courses are counted.")
