"""The one door to rows about patients."""

from typing import Any, Self, TypeVar

from django.db import models

from painclinic.access.permissions import Permission, allows
from painclinic.accounts.models import User

M = TypeVar("M", bound=models.Model)


class ScopedQuerySet(models.QuerySet[M]):
    """A queryset of patient data. Views, APIs, presenters and tags enter through `visible_to` only."""

    def visible_to(self, user: User) -> Self:
        """The rows `user` may see; nothing unless a condition below lets them."""
        raise NotImplementedError(f"{self.model.__name__} has to say who may see it")


def clinics_where(user: Any, permission: Permission) -> list[Any]:
    """Ids of the clinics in which `user` has an active role with `permission`; none for anonymous."""
    if not isinstance(user, User) or not user.is_active:
        return []
    return [m.clinic_id for m in user.active_memberships if allows(m.role, permission)]
