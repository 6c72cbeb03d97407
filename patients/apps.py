from django.apps import AppConfig


class PatientsConfig(AppConfig):
    name = "patients"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """A warning that stands on every page of staff is read with their memberships."""
        from painclinic.accounts.models import READ_WITH_MEMBERSHIPS
        from patients.safety.standstill import alerts_stand_still

        READ_WITH_MEMBERSHIPS["alerts_stand_still"] = alerts_stand_still
