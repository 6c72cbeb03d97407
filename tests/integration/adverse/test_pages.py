"""The pages of the register: the patient's, those of the team, the clinic's, and the files."""

import csv
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from painclinic import clock
from painclinic.accounts.models import User
from painclinic.audit.models import AuditEvent
from patients.actions.adverse import mark_in_error
from patients.models import AdverseEvent, Draft
from tests.factories.adverse import SERIOUS, added, answered_effects, assessed, newest, reported
from tests.factories.cast import Cast

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
OWN = "/unwanted-effects/"
REGISTER = "/clinic/adverse-events/"
EXPORT = "/clinic/adverse-events/events.csv"
FILLED = {
    "based_on": "1",
    "title": "Leg pain after walks",
    "category": "pain",
    "grade": "2",
    "relation": "probable",
    "is_expected": "yes",
    "outcome": "recovering",
    "taken": "eased",
    "note": "Told her to walk less for a week",
}


@pytest.fixture
def look(client: Client) -> Any:
    """What somebody sees at an address."""

    def look(user: User, address: str) -> str:
        client.force_login(user, backend=BACKEND)
        return client.get(address).content.decode()

    return look


def send(client: Client, user: User, address: str, data: dict[str, Any]) -> Any:
    client.force_login(user, backend=BACKEND)
    return client.post(address, data)


def form_of(cast: Cast, **typed: str) -> dict[str, str]:
    number = Draft.objects.filter(user=cast.patient.user).exclude(closed_at=None).count()
    draft = str(Draft.id_for(cast.patient.user.pk, f"effect:{cast.patient.pk}", number))
    return {"draft": draft, "base_rev": "0", "submission_id": draft, "draft_tab": "t1"} | typed


def page_of(event: AdverseEvent) -> str:
    return f"/patients/{event.patient_id}/adverse-events/{event.pk}/"


def test_patient_reports_and_sees_when_it_is_read_and_that_it_was_looked_at(
    cast: Cast, client: Client, look: Any
) -> None:
    answer = send(
        client, cast.patient.user, OWN, form_of(cast, what="Worse nights", bother="3", help="doctor")
    )
    assert (answer.status_code, answer["Location"]) == (302, OWN)
    shown = look(cast.patient.user, OWN)
    assert "Worse nights" in shown
    assert "I saw or called a doctor" in shown
    assert "Your care team reads it by" in shown

    assessed(AdverseEvent.objects.get(), cast.therapist, grade=3, note="I doubt it", title="Insomnia")
    shown = look(cast.patient.user, OWN)
    assert "Anna Berg looked at it on" in shown
    for judged in ("I doubt it", "Insomnia", "severe", "possible", "Grade", "After walks"):
        assert judged not in shown


def test_patient_sees_what_the_questionnaire_told_and_nothing_that_staff_wrote_down(
    cast: Cast, look: Any
) -> None:
    answered_effects(cast.enrolment, e5="1", e5impact="3", e5cause="1")
    added(cast.enrolment, title="Secret event")
    shown = look(cast.patient.user, OWN)
    assert "Sleeping worse" in shown
    assert "You told us in a questionnaire." in shown
    assert "Secret event" not in shown


def test_form_of_the_patient_says_what_to_do_when_it_is_urgent(cast: Cast, look: Any) -> None:
    shown = look(cast.patient.user, OWN)
    assert shown.index("Help now</a>", shown.index("If it cannot wait")) < shown.index('name="what"')
    assert "New loss of control of your bowels" in shown
    assert "read in working hours only" in shown
    assert "grade" not in shown.lower()


def test_form_of_the_patient_that_says_too_little_keeps_what_was_typed(cast: Cast, client: Client) -> None:
    answer = send(client, cast.patient.user, OWN, form_of(cast, what="Dizzy since Monday"))
    assert answer.status_code == 422
    assert "Dizzy since Monday" in answer.content.decode()
    assert not AdverseEvent.objects.exists()


def test_form_of_the_patient_is_kept_for_later(cast: Cast, client: Client, look: Any) -> None:
    send(client, cast.patient.user, OWN, form_of(cast, what="Half a sentence", save_only="1"))
    assert "Half a sentence" in look(cast.patient.user, OWN)
    assert not AdverseEvent.objects.exists()


def test_patient_finds_the_form_from_progress_and_from_the_menu(cast: Cast, look: Any) -> None:
    assert look(cast.patient.user, "/progress/").count(f'href="{OWN}"') == 2


def test_report_is_on_today_and_on_the_persons_page_until_somebody_has_assessed_it(
    cast: Cast, client: Client, look: Any
) -> None:
    event = reported(cast.enrolment)
    places = ("/today/", f"/patients/{cast.patient.pk}/")
    for user in (cast.therapist, cast.supervisor):
        for place in places:
            assert page_of(event) in look(user, place)
    assert page_of(event) not in look(cast.unassigned_therapist, "/today/")
    # Looking at it is not assessing it.
    assert "My leg hurts more since I walk" in look(cast.therapist, page_of(event))
    assert page_of(event) in look(cast.therapist, "/today/")

    answer = send(client, cast.therapist, page_of(event), FILLED)
    assert answer.status_code == 302
    for place in places:
        assert page_of(event) not in look(cast.therapist, place)
    shown = look(cast.therapist, page_of(event))
    assert "Leg pain after walks" in shown
    assert "Told her to walk less for a week" in shown
    version = newest(event)
    assert (version.kind, version.grade, version.relation, version.is_expected) == (
        "assessed", 2, "probable", True,
    )  # fmt: skip


def test_report_that_waits_too_long_is_said_to_be_late(cast: Cast, look: Any) -> None:
    reported(cast.enrolment)
    assert "was due" not in look(cast.therapist, "/today/")
    with clock.moved(timedelta(days=-5)):
        reported(cast.enrolment)
    assert "was due" in look(cast.therapist, "/today/")


def test_serious_event_is_on_the_list_of_the_lead_until_they_have_assessed_it(
    cast: Cast, client: Client, look: Any
) -> None:
    event = reported(cast.enrolment)
    serious = FILLED | {"criteria": ["hospital"], "grade": "3"}
    send(client, cast.therapist, page_of(event), serious)
    shown = look(cast.supervisor, "/today/")
    assert page_of(event) in shown
    assert "waits for the clinical lead" in shown
    assert "Assess it as the clinical lead" in look(cast.supervisor, page_of(event))

    send(client, cast.supervisor, page_of(event), serious | {"based_on": "2"})
    assert newest(event).kind == "lead"
    assert page_of(event) not in look(cast.supervisor, "/today/")
    assert "Assessed by the clinical lead" in look(cast.therapist, page_of(event))


def test_page_that_is_older_than_what_a_colleague_wrote_changes_nothing(cast: Cast, client: Client) -> None:
    event = reported(cast.enrolment)
    send(client, cast.therapist, page_of(event), FILLED)
    send(client, cast.supervisor, page_of(event), FILLED | {"title": "Another view"})
    assert newest(event).title == "Leg pain after walks"


@pytest.mark.parametrize(
    "left_out", ["title", "category", "grade", "relation", "is_expected", "outcome", "taken"]
)
def test_assessment_that_is_not_whole_is_asked_for_again(cast: Cast, client: Client, left_out: str) -> None:
    event = reported(cast.enrolment)
    answer = send(client, cast.therapist, page_of(event), FILLED | {left_out: ""})
    assert answer.status_code == 422
    assert newest(event).kind == "reported"


def test_staff_write_down_what_they_were_told(cast: Cast, client: Client, look: Any) -> None:
    address = f"/patients/{cast.patient.pk}/adverse-events/new/"
    day = clock.local_today(cast.clinic.timezone) - timedelta(days=3)
    new = FILLED | {"known_on": day.isoformat(), "submission_id": str(uuid4())}
    answer = send(client, cast.therapist, address, new)
    event = AdverseEvent.objects.get()
    assert answer["Location"] == page_of(event)
    assert (event.source, event.known_at.date(), event.by) == ("staff", day, cast.therapist)
    assert "Leg pain after walks" in look(cast.therapist, f"/patients/{cast.patient.pk}/adverse-events/")
    assert AuditEvent.objects.filter(verb="adverse-add", object_ids=[event.pk]).exists()
    tomorrow = clock.local_today(cast.clinic.timezone) + timedelta(days=2)
    late = new | {"known_on": tomorrow.isoformat(), "submission_id": str(uuid4())}
    assert send(client, cast.therapist, address, late).status_code == 422


def test_error_needs_a_reason_and_for_something_serious_the_lead(
    cast: Cast, client: Client, look: Any
) -> None:
    event = added(cast.enrolment, **SERIOUS)
    error = {"act": "error", "based_on": "1", "reason": ""}
    assert send(client, cast.supervisor, page_of(event), error).status_code == 422
    send(client, cast.therapist, page_of(event), error | {"reason": "Not hers"})
    assert newest(event).kind == "assessed"
    send(client, cast.supervisor, page_of(event), error | {"reason": "Not hers"})
    shown = look(cast.therapist, page_of(event))
    assert "entered in error" in shown
    assert "Not hers" in shown
    assert "Keep it in the register" not in shown


def test_events_of_other_patients_are_not_there(cast: Cast, client: Client) -> None:
    event = reported(cast.enrolment)
    wrong = f"/patients/{cast.other_patient.pk}/adverse-events/{event.pk}/"
    for user, address in (
        (cast.unassigned_therapist, wrong),
        (cast.unassigned_therapist, page_of(event)),
        (cast.supervisor, wrong),
        (cast.elsewhere_therapist, page_of(event)),
    ):
        client.force_login(user, backend=BACKEND)
        assert client.get(address).status_code == 404
        assert client.post(address, FILLED).status_code == 404


def test_register_lists_what_each_may_see(cast: Cast, look: Any) -> None:
    added(cast.enrolment, title="Event of Maria")
    added(cast.other_enrolment, title="Event of Omar")
    for user, seen in (
        (cast.therapist, {"Event of Maria"}),
        (cast.unassigned_therapist, {"Event of Omar"}),
        (cast.supervisor, {"Event of Maria", "Event of Omar"}),
        (cast.elsewhere_therapist, set()),
    ):
        shown = look(user, REGISTER)
        assert {title for title in ("Event of Maria", "Event of Omar") if title in shown} == seen


def _several(cast: Cast) -> None:
    reported(cast.enrolment)
    added(cast.enrolment, title="Serious one", **SERIOUS, relation="unrelated", outcome="recovered")
    added(cast.enrolment, title="Related one", relation="definite", outcome="recovered")
    wrong = added(cast.enrolment, title="Wrong one")
    mark_in_error(by=cast.therapist, event=wrong, based_on=1, reason="Twice")
    long_ago = clock.local_today(cast.clinic.timezone) - timedelta(days=100)
    added(cast.enrolment, known_on=long_ago, title="Old one", relation="unlikely", outcome="not-recovered")


@pytest.mark.parametrize(
    ("query", "seen"),
    [
        ("", {"My leg hurts more since I walk", "Serious one", "Related one", "Wrong one", "Old one"}),
        ("?show=open", {"My leg hurts more since I walk", "Serious one", "Old one"}),
        ("?show=to-assess", {"My leg hurts more since I walk"}),
        ("?show=lead", {"Serious one"}),
        ("?show=serious", {"Serious one"}),
        ("?show=related", {"Related one"}),
        ("?show=error", {"Wrong one"}),
        ("?show=open&since=90", {"My leg hurts more since I walk", "Serious one"}),
        (
            "?show=nonsense&since=x&page=99",
            {"My leg hurts more since I walk", "Serious one", "Related one", "Wrong one", "Old one"},
        ),
    ],
)
def test_register_shows_what_was_asked_for(cast: Cast, look: Any, query: str, seen: set[str]) -> None:
    _several(cast)
    shown = look(cast.supervisor, REGISTER + query)
    titles = ("My leg hurts more since I walk", "Serious one", "Related one", "Wrong one", "Old one")
    assert {title for title in titles if f">{title}</a>" in shown} == seen


def test_register_counts_by_grade_and_relation_without_errors(cast: Cast, look: Any, client: Client) -> None:
    _several(cast)
    client.force_login(cast.supervisor, backend=BACKEND)
    register = client.get(REGISTER).context["register"]
    assert (register.total, register.not_assessed) == (4, 1)
    cells = {row.label[0]: dict(row.cells) | {"all": row.total} for row in register.grades}
    assert (cells["1"]["definite"], cells["1"]["unlikely"], cells["1"]["all"]) == (1, 1, 2)
    assert (cells["3"]["unrelated"], cells["3"]["all"], cells["5"]["all"]) == (1, 1, 0)


def test_register_goes_on_page_by_page(cast: Cast, client: Client) -> None:
    for number in range(27):
        added(cast.enrolment, title=f"Event {number}")
    client.force_login(cast.supervisor, backend=BACKEND)
    pages = [client.get(f"{REGISTER}?page={number}").content.decode() for number in (1, 2)]
    assert [page.count(">Event ") for page in pages] == [25, 2]


def lines_of(client: Client, user: User, rows: str) -> list[dict[str, str]]:
    answer = send(client, user, EXPORT, {"rows": rows})
    assert answer.status_code == 200
    text = b"".join(answer.streaming_content).decode()
    return list(csv.DictReader(text.splitlines()))


def test_file_holds_every_event_without_names_and_without_what_was_written(
    cast: Cast, client: Client
) -> None:
    _several(cast)
    reported(cast.elsewhere_enrolment)
    for user in (cast.supervisor, cast.admin):
        lines = lines_of(client, user, "all")
        assert sorted(line["status"] for line in lines) == [
            "assessed", "assessed", "entered-in-error", "reported", "waits-for-lead",
        ]  # fmt: skip
        text = str(lines)
        for words in ("Maria", "Lund", "one", "My leg", str(cast.patient.pk), str(cast.enrolment.pk), "arm"):
            assert words not in text.replace("none", "")
    assert AuditEvent.objects.filter(verb="adverse-export", actor_id=cast.admin.pk, action="export").exists()


def test_file_of_serious_events_holds_those_alone(cast: Cast, client: Client) -> None:
    _several(cast)
    first = clock.local_today(cast.clinic.timezone)
    serious = added(cast.enrolment, **SERIOUS, title="Assessed", onset_on=first, outcome="recovered")
    assessed(serious, cast.supervisor, **SERIOUS, onset_on=first, outcome="recovered")
    lines = lines_of(client, cast.supervisor, "serious")
    assert [line["serious"] for line in lines] == ["1", "1"]
    [line] = [one for one in lines if one["status"] == "assessed"]
    assert (line["grade"], line["criteria"], line["versions"]) == ("3", "hospital", "2")
    assert line["lead_assessed_at"]
    # The course began yesterday: its first day is day 1.
    assert line["onset_day"] == "2"
    assert line["participant"].startswith("p")


def test_codebook_explains_every_column_of_the_file(cast: Cast, client: Client) -> None:
    reported(cast.enrolment)
    columns = list(lines_of(client, cast.admin, "all")[0])
    book = client.get("/clinic/adverse-events/codebook.csv").content.decode()
    rows = list(csv.DictReader(book.splitlines()))
    assert [row["Variable / Field Name"] for row in rows] == columns
    assert all(row["Field Label"] for row in rows)


def test_results_lead_to_the_register_for_those_who_may_and_to_the_files(cast: Cast, look: Any) -> None:
    assert REGISTER in look(cast.supervisor, "/clinic/results/")
    shown = look(cast.admin, "/clinic/results/")
    assert f'href="{REGISTER}"' not in shown


def test_each_look_at_the_register_leaves_a_trace(cast: Cast, look: Any) -> None:
    event = reported(cast.enrolment)
    look(cast.therapist, REGISTER)
    look(cast.therapist, page_of(event))
    listed = AuditEvent.objects.get(verb="adverse-register")
    assert listed.object_ids == [cast.patient.pk]
    assert AuditEvent.objects.filter(verb="adverse-view", subject_id=cast.patient.pk).count() == 1


def test_alert_can_be_raised_from_a_report_and_points_to_it(cast: Cast, look: Any) -> None:
    event = reported(cast.enrolment)
    address = f"/patients/{cast.patient.pk}/alert/?about=effect:{event.pk}"
    assert address.replace("&", "&amp;") in look(cast.therapist, page_of(event))
    assert "My leg hurts more since I walk" in look(cast.therapist, address)
