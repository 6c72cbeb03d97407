"""Practice pages: worksheets and logs are filled, corrected and taken out; nothing typed is lost."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from painclinic import clock
from patients.models import Draft, Entry
from patients.presenters.practice import offered_again
from tests.factories.cast import Cast

# Written out, so that every process of a test run gives the case the same name.
UNKNOWN = "01980000-0000-7000-8000-000000000000"

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
LOG = "/practice/w3-activity-log/new/"
W1 = "/practice/w1-pain-cycle/new/"


@pytest.fixture
def patient(real_cast: Cast, client: Client) -> Client:
    client.force_login(real_cast.patient.user, backend=BACKEND)
    return client


def hidden(page: Any) -> dict[str, str]:
    """The draft's hidden inputs, as the browser would send them."""
    draft = page.context["form"].draft
    return {"draft": str(draft.id), "base_rev": str(draft.rev), "draft_tab": draft.tab}


def a_log(**changes: str) -> dict[str, str]:
    today = clock.local_today("Europe/London").isoformat()
    line = {"date": today, "activity": "Washing up", "category": "chores", "minutes": "20", "pain_after": "5"}
    return line | changes


def a_map(**changes: str) -> dict[str, str]:
    return {
        "situation": "On the stairs",
        "pain": "6",
        "thoughts": "Not again",
        "feelings-0-name": "anxious",
        "feelings-0-strength": "60",
        "what_i_did": "Sat down",
        **changes,
    }


def post(client: Client, url: str, data: dict[str, str]) -> Any:
    return client.post(url, hidden(client.get(url)) | data)


def test_log_entry_is_saved_shown_and_the_next_form_is_empty(real_cast: Cast, patient: Client) -> None:
    assert post(patient, LOG, a_log()).status_code == 302
    assert "Washing up" in patient.get("/practice/").content.decode()
    assert 'value="Washing up"' not in patient.get(LOG).content.decode()
    entry = Entry.objects.get(patient=real_cast.patient)
    assert entry.values["minutes"] == 20
    assert entry.texts["activity"] == "Washing up"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("minutes", "many"),
        ("minutes", "-5"),
        ("minutes", "9999"),
        ("date", "1999-01-01"),
        ("pain_after", "11"),
    ],
)
def test_log_fault_is_beside_the_field_and_keeps_the_rest(patient: Client, field: str, value: str) -> None:
    response = post(patient, LOG, a_log(**{field: value}))
    page = response.content.decode()
    assert response.status_code == 422
    assert f'id="id-{field}-error"' in page
    assert "Washing up" in page
    assert not Entry.objects.exists()


def test_same_form_sent_twice_saves_once(patient: Client) -> None:
    data = hidden(patient.get(LOG)) | a_log()
    patient.post(LOG, data)
    patient.post(LOG, data)
    assert Entry.objects.count() == 1


def test_save_and_continue_later_keeps_the_text_for_the_next_visit(patient: Client) -> None:
    post(patient, W1, {"situation": "Half a sentence", "save_only": "1"})
    assert "Half a sentence" in patient.get(W1).content.decode()
    assert not Entry.objects.exists()


def test_two_tabs_both_texts_are_kept_and_shown(patient: Client) -> None:
    one, two = hidden(patient.get(W1)), hidden(patient.get(W1))
    patient.post(W1, one | a_map(situation="From the first tab", save_only="1"))
    response = patient.post(W1, two | a_map(situation="From the second tab"), follow=True)
    page = response.content.decode()
    assert "From the first tab" in page
    assert "From the second tab" in page
    assert not Entry.objects.exists()


def test_adding_a_row_without_scripts_keeps_what_was_typed(patient: Client) -> None:
    response = post(patient, W1, a_map(add_row="feelings"))
    page = response.content.decode()
    assert "On the stairs" in page
    assert 'name="feelings-2-name"' in page


def test_correction_takes_the_place_and_the_old_one_stays(patient: Client) -> None:
    post(patient, LOG, a_log())
    first = Entry.objects.get()
    change = reverse("patients:entry-change", args=[first.pk])
    assert "Washing up" in patient.get(change).content.decode()
    post(patient, change, a_log(activity="Washing up and drying"))
    newest = Entry.objects.get(supersedes=first)
    assert newest.version == 2
    assert list(Entry.objects.current()) == [newest]
    assert Entry.objects.get(pk=first.pk).texts["activity"] == "Washing up"


def test_taken_out_counts_for_nothing_and_stays_as_history(patient: Client) -> None:
    post(patient, LOG, a_log())
    entry = Entry.objects.get()
    patient.post(reverse("patients:entry-withdraw", args=[entry.pk]))
    assert not Entry.objects.current().exists()
    assert Entry.objects.count() == 2
    assert "Washing up" not in patient.get("/practice/").content.decode()


def test_entry_of_somebody_else_is_not_found(real_cast: Cast, patient: Client) -> None:
    other = Client()
    other.force_login(real_cast.other_patient.user, backend=BACKEND)
    post(other, LOG, a_log())
    theirs = Entry.objects.get()
    for name in ("entry-detail", "entry-change"):
        assert patient.get(reverse(f"patients:{name}", args=[theirs.pk])).status_code == 404
    assert patient.post(reverse("patients:entry-withdraw", args=[theirs.pk])).status_code == 404


def test_draft_of_somebody_else_is_refused(real_cast: Cast, patient: Client) -> None:
    other = Client()
    other.force_login(real_cast.other_patient.user, backend=BACKEND)
    stolen = hidden(other.get(W1))
    other.post(W1, stolen | a_map(save_only="1"))
    assert patient.post(W1, stolen | a_map(situation="Mine now")).status_code == 404
    assert Draft.objects.get().data["situation"] == "On the stairs"


@pytest.mark.parametrize("url", ["/practice/nothing/new/", f"/practice/entries/{UNKNOWN}/"])
def test_unknown_worksheet_or_entry_is_not_found(patient: Client, url: str) -> None:
    assert patient.get(url).status_code == 404


def test_next_leads_only_to_this_site(patient: Client) -> None:
    page = patient.get(LOG + "?next=//evil.example/")
    assert page.context["back"] == "/practice/"


def test_earlier_lines_are_offered_again_without_how_they_felt(patient: Client) -> None:
    post(patient, LOG, a_log(note="Radio on"))
    post(patient, LOG, a_log(activity="washing UP", minutes="35"))
    post(patient, LOG, a_log(activity="Walk to the lake", category="movement"))
    page = patient.get(LOG)
    assert [line.title for line in page.context["again"]] == ["Walk to the lake", "washing UP"]
    like = page.context["again"][1].entry
    fields = {f.name: f.value for f in patient.get(f"{LOG}?like={like.pk}").context["form"].fields}
    assert (fields["activity"], fields["minutes"]) == ("washing UP", "35")
    assert (fields["pain_after"], fields["note"]) == ("", "")
    assert fields["date"] == clock.local_today("Europe/London").isoformat()
    assert fields["block"] in {"morning", "midday", "evening", "night"}


def test_what_is_being_typed_is_not_swept_aside_by_an_earlier_line(patient: Client) -> None:
    post(patient, LOG, a_log())
    like = Entry.objects.get()
    post(patient, LOG, {"activity": "Half a word", "save_only": "1"})
    page = patient.get(f"{LOG}?like={like.pk}")
    assert page.context["again"] == []
    assert "Half a word" in page.content.decode()


@pytest.mark.parametrize("like", ["nonsense", UNKNOWN, ""])
def test_unknown_earlier_line_offers_nothing(patient: Client, like: str) -> None:
    assert patient.get(f"{LOG}?like={like}").status_code == 200


@pytest.mark.parametrize(
    ("hour", "block"), [(3, "night"), (5, "morning"), (11, "midday"), (17, "evening"), (23, "night")]
)
def test_part_of_the_day_is_offered_by_the_hour(real_cast: Cast, hour: int, block: str) -> None:
    sheet = real_cast.version.worksheets.get(slug="w3-activity-log")
    assert offered_again(sheet, None, hour) == {"block": block}


def test_swing_from_much_to_little_is_said_kindly(patient: Client) -> None:
    day = clock.local_today("Europe/London")
    for days_ago, minutes in ((3, "60"), (2, "60"), (1, "200"), (0, "10")):
        post(patient, LOG, a_log(date=(day - timedelta(days=days_ago)).isoformat(), minutes=minutes))
    card = patient.get("/practice/").context["page"].logs[0]
    assert "200 minutes" in card.hint
    assert card.days[0].summary == "10 minutes active, 0 resting"


def test_older_days_are_one_page_back(real_cast: Cast, patient: Client) -> None:
    post(patient, LOG, a_log())
    with clock.moved(timedelta(days=20)):
        # The session has run out in the meantime.
        patient = Client()
        patient.force_login(real_cast.patient.user, backend=BACKEND)
        page = patient.get("/practice/").context["page"]
        assert page.logs[0].days == []
        assert page.earlier is not None
        back = patient.get(f"/practice/?until={page.earlier}").context["page"]
        assert [line.title for line in back.logs[0].days[0].lines] == ["Washing up"]
        assert not back.is_now
    assert patient.get("/practice/?until=2025-99-99").status_code == 200


def test_days_are_asked_for_until_they_are_there(patient: Client) -> None:
    day = clock.local_today("Europe/London")
    for days_ago in range(3):
        assert patient.get("/practice/").context["page"].logs[0].asked.days == days_ago
        post(patient, LOG, a_log(date=(day - timedelta(days=days_ago)).isoformat()))
    assert patient.get("/practice/").context["page"].logs[0].asked is None


def test_practice_costs_the_same_for_many_entries(patient: Client) -> None:
    post(patient, LOG, a_log())
    with CaptureQueriesContext(connection) as few:
        patient.get("/practice/")
    for number in range(6):
        post(patient, LOG, a_log(activity=f"Thing {number}"))
    with CaptureQueriesContext(connection) as many:
        patient.get("/practice/")
    assert len(few) == len(many)


def test_flare_up_plan_shows_the_signs_beside_it_and_takes_none_of_them_in(patient: Client) -> None:
    page = patient.get("/practice/w12-flare-up-plan/new/").content.decode()

    assert "When to get medical help" in page
    assert "around your back passage" in page
    sent = {"first_hour": "Breathe", "medical_help": "", "signs": "none"}
    assert post(patient, "/practice/w12-flare-up-plan/new/", sent).status_code == 302
    entry = Entry.objects.of("w12-flare-up-plan").get()
    assert not {"medical_help", "signs"} & set(entry.answers)
    assert "When to get medical help" in patient.get(f"/practice/entries/{entry.pk}/").content.decode()
