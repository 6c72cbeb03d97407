"""The site, and one plain form that saves itself, for tests of saving alone."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import include, path

from painclinic.access.permissions import Permission
from patients.access import PatientRequest, patient_page
from patients.actions.drafts import close_draft
from patients.drafts import draft_from_post, form_state
from tests.functional.gallery import gallery

LABELS = {"thoughts": "What went through your mind?", "when": "When was it?"}


@patient_page(Permission.COURSE_WORK)
def form(request: PatientRequest) -> HttpResponse:
    """A worksheet by the contract: saved first, handed in when nothing stands against it."""
    about: Any = {"purpose": "entry", "target": f"entry:{request.enrolment.pk}:test"}
    if request.method == "POST":
        posted = draft_from_post(request, request.patient, **about)
        if not posted.may_submit:
            return redirect("test-form")
        close_draft(by=request.user, draft_id=posted.id)
        return render(request, "test_sent.html", {"data": posted.data})
    draft = form_state(request.user, request.patient, labels=LABELS, **about)
    rows = [
        {"name": f"feelings-{row}-name", "value": draft.data.get(f"feelings-{row}-name", "")}
        for row in range(1 + sum(name.startswith("feelings-") for name in draft.data))
    ]
    return render(request, "test_form.html", {"draft": draft, "rows": rows, "labels": LABELS})


urlpatterns = [
    path("test/form/", form, name="test-form"),
    path("test/gallery/", gallery, name="test-gallery"),
    path("", include("painclinic.urls")),
]
