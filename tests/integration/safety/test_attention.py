"""Words in free text put "please read soon" on it: stored with the text, for the team, only adding."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from messaging.actions import send_message
from painclinic.accounts.models import User
from painclinic.audit.models import AuditEvent
from patients.actions.attention import note_read
from patients.actions.entries import amend_entry
from patients.actions.homework import submit_homework
from patients.models import Alert, AttentionMark, AttentionReading, Written
from tests.factories.cast import Cast, open_first_module, real_version
from tests.factories.skills import fill

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
RISKY = "I can’t go on. I would be better off dead."
SEGUNDO = "No puedo más, quisiera morirme"


def write(cast: Cast, body: str = RISKY, *, by: User | None = None) -> Any:
    return send_message(by=by or cast.patient.user, patient=cast.patient, body=body, submission_id=uuid4())


@pytest.fixture
def course() -> Cast:
    cast = Cast(on_programme=real_version)
    open_first_module(cast.enrolment)
    return cast


def marks() -> list[tuple[str, UUID]]:
    return [(mark.written, mark.object_id) for mark in AttentionMark.objects.order_by("at")]


@pytest.mark.parametrize("body", [RISKY, SEGUNDO])
def test_message_with_such_words_is_marked_in_either_language(cast: Cast, body: str) -> None:
    message = write(cast, body)
    assert marks() == [("message", message.pk)]


def test_ordinary_message_and_one_of_the_team_are_not_marked(cast: Cast) -> None:
    write(cast, "I walked to the shop and back.")
    write(cast, RISKY, by=cast.therapist)
    assert marks() == []


def test_worksheet_log_line_and_note_with_such_words_are_marked(course: Cast) -> None:
    entry = fill(course.enrolment, "w1-pain-cycle", _cycle(thoughts=RISKY))
    amended = amend_entry(
        by=course.patient.user, entry=entry, changed={"situation": "At the sink"}, submission_id=uuid4()
    )
    assert marks() == [("entry", entry.pk), ("entry", amended.pk)]


def test_note_with_homework_is_marked(course: Cast) -> None:
    fill(course.enrolment, "w1-pain-cycle", _cycle())
    module = course.enrolment.programme_version.modules.get(number=1)
    homework = submit_homework(
        by=course.patient.user,
        enrolment=course.enrolment,
        module=module,
        submission_id=uuid4(),
        note=RISKY,
        is_partial=True,
    )
    assert marks() == [("note", homework.pk)]


def _cycle(**changed: str) -> dict[str, Any]:
    return {
        "situation": "At the sink",
        "pain": "5",
        "thoughts": "Here it comes",
        "feelings-0-name": "sad",
        "feelings-0-strength": "30",
        "what_i_did": "Sat down",
        **changed,
    }


def test_mark_that_fails_leaves_no_text_behind(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(**_: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr("messaging.actions.threads.mark_if_needed", fails)
    with pytest.raises(RuntimeError):
        write(cast)
    assert not cast.patient.messages.exists()


def test_mark_keeps_no_word_of_the_text_anywhere_in_the_clear(
    cast: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    write(cast)
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(m)::text FROM patients_attentionmark m")
        rows = " ".join(row[0] for row in cursor.fetchall())
        cursor.execute("SELECT row_to_json(e)::text FROM audit_auditevent e")
        rows += " ".join(row[0] for row in cursor.fetchall())
    for word in ("dead", "better", "go on"):
        assert word not in rows
        assert word not in caplog.text


def test_mark_only_ever_adds(cast: Cast) -> None:
    write(cast)
    assert not Alert.objects.exists()
    cast.enrolment.refresh_from_db()
    assert cast.patient.threads.get().reply_due_at is not None


def test_text_without_such_words_costs_no_query(cast: Cast) -> None:
    write(cast, "First")
    with CaptureQueriesContext(connection) as without:
        write(cast, "Second")
    with CaptureQueriesContext(connection) as with_words:
        write(cast, RISKY)
    assert not [one for one in without if "attention" in one["sql"]]
    assert len([one for one in with_words if "INSERT" in one["sql"] and "attention" in one["sql"]]) <= 2


def test_patient_sees_nothing_different(cast: Cast, client: Client) -> None:
    write(cast)
    client.force_login(cast.patient.user, backend=BACKEND)
    for page in ("/messages/", "/home/", "/progress/"):
        assert "read soon" not in client.get(page).content.decode()
    assert not AttentionMark.objects.visible_to(cast.patient.user).exists()
    url = f"/patients/{cast.patient.pk}/written/message/{AttentionMark.objects.get().object_id}/"
    assert client.get(url).status_code == 403


def test_mark_is_on_the_worklist_and_on_the_persons_page_until_somebody_has_read_the_text(
    cast: Cast, client: Client
) -> None:
    message = write(cast)
    client.force_login(cast.therapist, backend=BACKEND)
    url = f"/patients/{cast.patient.pk}/written/message/{message.pk}/"
    places = ("/today/", f"/patients/{cast.patient.pk}/", f"/patients/{cast.patient.pk}/messages/")
    for page in places:
        assert url in client.get(page).content.decode()
    shown = client.get(url).content.decode()
    assert "better off dead" in shown
    assert "I have read it" in shown
    for page in places:
        # Looking is not reading: the mark goes when somebody says so.
        assert "Please read soon" in client.get(page).content.decode()
    assert client.post(f"{url}read/").status_code == 302
    for page in places:
        assert "Please read soon" not in client.get(page).content.decode()
    assert "Read by Anna Berg" in client.get(url).content.decode()
    assert AuditEvent.objects.filter(verb="attention-read", actor_id=cast.therapist.pk).exists()


def test_reading_twice_is_once_and_the_first_reader_stays(cast: Cast) -> None:
    message = write(cast)
    for by in (cast.therapist, cast.supervisor):
        note_read(by=by, written=Written.MESSAGE, object_id=message.pk)
    assert AttentionReading.objects.get().by == cast.therapist


def test_marks_of_other_clinics_and_of_colleagues_patients_are_not_seen(cast: Cast) -> None:
    write(cast)
    sees: Callable[[User], bool] = lambda user: AttentionMark.objects.visible_to(user).exists()  # noqa: E731
    assert sees(cast.therapist)
    assert sees(cast.supervisor)
    for user in (cast.unassigned_therapist, cast.elsewhere_therapist, cast.admin, cast.other_patient.user):
        assert not sees(user)


def test_entry_has_a_page_of_its_own_for_the_team(course: Cast, client: Client) -> None:
    entry = fill(course.enrolment, "w1-pain-cycle", _cycle(thoughts=RISKY))
    client.force_login(course.therapist, backend=BACKEND)
    shown = client.get(f"/patients/{course.patient.pk}/written/entry/{entry.pk}/").content.decode()
    assert "better off dead" in shown
    assert entry.worksheet.title in shown
    for wrong in (f"message/{entry.pk}", f"nothing/{entry.pk}", f"entry/{uuid4()}"):
        assert client.get(f"/patients/{course.patient.pk}/written/{wrong}/").status_code == 404
