"""Whether the parts of painclinic work."""

from django.db import connection
from django.http import HttpRequest, JsonResponse

from painclinic.access.decorators import public


@public
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer 200 when the database can be asked."""
    connection.ensure_connection()
    return JsonResponse({"database": "ok"})
