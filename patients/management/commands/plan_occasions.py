from typing import Any

from django.core.management.base import BaseCommand

from painclinic.audit.actions import System
from patients.actions.schedule import plan_missing


class Command(BaseCommand):
    help = "Plans when questions are asked of people who were enrolled before there were any. May run again."

    def handle(self, *args: Any, **options: Any) -> None:
        count = plan_missing(by=System("plan-occasions"))
        self.stdout.write(f"{count} enrolments have got their time points.")
