"""The API behind forms that save themselves: read and save one draft."""

from typing import Any, cast
from uuid import UUID

from django.http import Http404
from django.middleware.csrf import get_token
from redis.exceptions import RedisError
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import UserRateThrottle
from rest_framework.views import APIView

from painclinic.access.permissions import Permission
from painclinic.accounts.models import User
from patients.actions.drafts import DraftInvalidError, NotTheirDraftError, SaveResult, save_draft
from patients.drafts import owner_mark, patient_for
from patients.models import Draft


class DraftThrottle(UserRateThrottle):
    """Four saves a second from one person, over a minute. The script keeps the text and tries again."""

    scope = "drafts"
    rate = "240/min"

    def allow_request(self, request: Request, view: APIView) -> bool:
        try:
            return bool(super().allow_request(request, view))
        except RedisError:
            # Counting is a courtesy, what was typed is not: without the counter, save.
            return True


class DraftSerializer(serializers.Serializer[Any]):
    """The shape of a save. What the fields of `data` may hold is checked by the action."""

    base_rev = serializers.IntegerField(min_value=0, max_value=2**31 - 1)
    data = serializers.DictField()  # type: ignore[assignment]  # a field here
    purpose = serializers.ChoiceField(choices=Draft.Purpose.choices)
    target = serializers.CharField(max_length=120)
    tab = serializers.CharField(max_length=40, allow_blank=True, default="")


class DraftView(APIView):
    """One draft of the person who is signed in. Anybody else's is not found."""

    required_permission = Permission.DRAFT_SAVE
    throttle_classes = [DraftThrottle]
    owner = ""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        # Asked for here, because after a failed check of the token nobody is signed in any more.
        user = request._request.user
        self.owner = owner_mark(user) if isinstance(user, User) else ""
        super().initial(request, *args, **kwargs)

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        """Every answer says whose it is, so that a page notices when somebody else has signed in."""
        final = super().finalize_response(request, response, *args, **kwargs)
        final["X-Draft-Owner"] = self.owner
        final["Cache-Control"] = "no-store"
        return final

    def get(self, request: Request, draft_id: UUID) -> Response:
        """The newest text; of a form that was not saved yet, named by `?target=`, an empty one.

        Brings what a page needs to go on after its person has signed in again.
        """
        user = _person(request)
        draft = Draft.objects.visible_to(user).filter(pk=draft_id).first()
        if draft is None and not _is_first(user, request.query_params.get("target", ""), draft_id):
            raise Http404
        found = {
            "rev": draft.rev if draft else 0,
            "saved_at": draft.saved_at if draft else None,
            "data": draft.data if draft else {},
            "is_closed": bool(draft and draft.closed_at),
        }
        return Response(found | {"csrf_token": get_token(request._request)})

    def put(self, request: Request, draft_id: UUID) -> Response:
        """Save: 200 when the text is the newest now, 409 when it is kept beside a newer one."""
        sent = DraftSerializer(data=request.data)
        if not sent.is_valid():
            return _refused({name: str(errors[0]) for name, errors in sent.errors.items()})
        user = _person(request)
        patient = patient_for(user, sent.validated_data["purpose"], sent.validated_data["target"])
        if patient is None:
            raise Http404
        try:
            result = save_draft(by=user, patient=patient, draft_id=draft_id, **sent.validated_data)
        except DraftInvalidError as invalid:
            return _refused(invalid.errors)
        except NotTheirDraftError:
            raise Http404 from None
        return _outcome(result)


def _person(request: Request) -> User:
    """Who asks; the permission above let nobody else through."""
    return cast(User, request.user)


def _is_first(user: User, target: str, draft_id: UUID) -> bool:
    closed = Draft.objects.visible_to(user).filter(target=target[:120]).exclude(closed_at=None).count()
    return bool(target) and draft_id == Draft.id_for(user.pk, target[:120], closed)


def _outcome(result: SaveResult) -> Response:
    outcome: dict[str, Any] = {"rev": result.rev, "saved_at": result.saved_at}
    if not result.is_conflict:
        return Response(outcome)
    outcome |= {"data": result.newest, "mine_kept": True, "is_closed": result.is_closed}
    return Response(outcome, status=status.HTTP_409_CONFLICT)


def _refused(errors: dict[str, str]) -> Response:
    return Response({"errors": errors}, status=status.HTTP_400_BAD_REQUEST)
