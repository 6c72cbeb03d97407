from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from clinics.demo.people import PASSWORD
from clinics.demo.staff import programme
from clinics.demo.synthetic import SEED, make_clinic
from clinics.results.actions import count_due
from painclinic.accounts.models import Membership, Role
from painclinic.audit.actions import System

MOST = 200_000


class Command(BaseCommand):
    help = "Makes a clinic of made-up patients with courses and answers, to look at results. Marked as such."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("count", type=int, nargs="?", default=2000)
        parser.add_argument("--seed", type=int, default=SEED)

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("Made-up patients are refused in production.")
        if not 0 < options["count"] <= MOST:
            raise CommandError(f"Give a number of patients from 1 to {MOST}.")
        clinic = make_clinic(options["count"], programme(), seed=options["seed"])
        while count_due(by=System("count-results")):
            pass
        admin = Membership.objects.select_related("user").get(clinic=clinic, role=Role.CLINIC_ADMIN).user
        admin.set_password(PASSWORD)
        admin.save(update_fields=["password"])
        self.stdout.write(f"{clinic.name} has {options['count']} patients; sign in as {admin.email}.")
