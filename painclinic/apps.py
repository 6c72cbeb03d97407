from django.apps import AppConfig


class PainclinicConfig(AppConfig):
    name = "painclinic"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from painclinic import celery, checks  # noqa: F401  importing registers the checks and the Celery app
