from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.urls import reverse

from clinics.actions import open_clinic
from painclinic.accounts.actions import AlreadyMemberError
from painclinic.accounts.choices import validate_timezone
from painclinic.audit.actions import System


class Command(BaseCommand):
    help = "Creates a clinic and invites its first admin, who sets up the rest at the desk."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="name of the clinic, as patients read it")
        parser.add_argument("--admin-name", required=True)
        parser.add_argument("--admin-email", required=True)
        parser.add_argument("--timezone", default="Europe/London", help="for example Europe/London")
        parser.add_argument("--country", default="GB", help="two letters")
        parser.add_argument("--language", default="en-gb", choices=[code for code, _ in settings.LANGUAGES])
        parser.add_argument("--emergency-number", required=True, help="what to dial in danger")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            validate_email(options["admin_email"])
            validate_timezone(options["timezone"])
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        fields = ("name", "timezone", "country", "language", "emergency_number")
        try:
            invitation = open_clinic(
                by=System("open-clinic"),
                values={field: options[field] for field in fields},
                admin_name=options["admin_name"],
                admin_email=options["admin_email"],
            )
        except AlreadyMemberError:
            raise CommandError("Somebody with this e-mail address is a member or invited already.") from None
        link = settings.SITE_URL + reverse("accounts:invitation-accept", args=[invitation.token])
        self.stdout.write(f"The invitation is on its way. If no mail arrives, the link is:\n{link}")
