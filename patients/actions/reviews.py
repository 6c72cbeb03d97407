"""The therapist's answer to homework: one for each version that was handed in."""

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction

from painclinic import clock
from painclinic.accounts.models import User
from painclinic.audit.actions import record
from painclinic.audit.models import Action
from patients.actions.drafts import close_draft
from patients.models import Enrolment, Entry, Homework, Review, ReviewComment

Remark = tuple[Entry, str, str]


class AlreadyReviewedError(Exception):
    """Somebody has answered this version already; `review` is their answer."""

    def __init__(self, review: Review) -> None:
        super().__init__("answered already")
        self.review = review


class NotNewestVersionError(Exception):
    """The patient has handed in a newer version, which is the one to answer."""

    def __init__(self, newest: Homework) -> None:
        super().__init__("not the newest version")
        self.newest = newest


class CommentNeededError(Exception):
    """Another look is asked for without a word on what to look at."""


@transaction.atomic
def give_review(
    *,
    by: User,
    homework: Homework,
    outcome: str,
    comment: str,
    comments: Iterable[Remark] = (),
    draft_id: UUID | None = None,
) -> Review:
    """Answer a version of homework: a word on the whole, and on single answers (entry, field, text).

    Empty remarks are left out; `field` is empty for an entry as a whole. The draft that it grew out
    of is closed with it. The same answer sent again by the same person returns the first.
    Raises AlreadyReviewedError, NotNewestVersionError, or CommentNeededError when another look is
    asked without a comment; ValueError for an outcome or an answer that does not exist.
    """
    outcome, comment = Review.Outcome(outcome), comment.strip()
    # The enrolment's row is the one lock for handing in and answering: neither slips in beside the other.
    Enrolment.objects.select_for_update(no_key=True).get(pk=homework.enrolment_id)
    given = Review.objects.filter(homework=homework).select_related("by").first()
    if given and given.by_id == by.pk and (given.outcome, given.comment) == (outcome, comment):
        return given
    _check_open(homework, given)
    if outcome == Review.Outcome.ANOTHER_LOOK and not comment:
        raise CommentNeededError
    remarks = _checked(homework, comments)
    review = _create(by, homework, outcome, comment, remarks)
    if draft_id:
        close_draft(by=by, draft_id=draft_id)
    record(by=by, action=Action.WRITE, verb=f"review-{outcome.replace('_', '-')}", obj=review)
    return review


def _create(by: User, homework: Homework, outcome: str, comment: str, remarks: list[Remark]) -> Review:
    whose = {"patient_id": homework.patient_id, "clinic_id": homework.clinic_id}
    review = Review.objects.create(
        **whose, homework=homework, by=by, outcome=outcome, comment=comment, created_at=clock.now()
    )
    for entry, field, body in remarks:
        ReviewComment.objects.create(**whose, review=review, entry=entry, field=field, body=body)
    return review


def _check_open(homework: Homework, given: Review | None) -> None:
    if given:
        raise AlreadyReviewedError(given)
    versions = Homework.objects.filter(enrolment=homework.enrolment_id).of_week(homework.module)
    newest = versions.order_by("-version").first()
    if newest and newest.pk != homework.pk:
        raise NotNewestVersionError(newest)


def _checked(homework: Homework, comments: Iterable[Remark]) -> list[Remark]:
    """The remarks that say something, each about an answer of this homework."""
    handed_in = {entry.pk: entry for entry in homework.entries.select_related("worksheet")}
    remarks = []
    for entry, field, body in comments:
        if entry.pk not in handed_in:
            raise ValueError("a remark on an entry that was not handed in with this version")
        names = {item["name"] for item in handed_in[entry.pk].worksheet.definition["fields"]}
        if field and field not in names:
            raise ValueError("a remark on an answer that the worksheet does not have")
        if body.strip():
            remarks.append((entry, field, body.strip()))
    return remarks
