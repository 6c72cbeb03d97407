"""Extra pages and relaxation: open at any time, each patient's own version, noted with one press."""

from pathlib import Path

import pytest
from django.test import Client

from painclinic.audit.actions import System
from patients.models import Entry
from programs.actions import load_programme, publish_version
from programs.models import ProgrammeVersion, Relaxation
from tests.access.world import BACKEND
from tests.factories.cast import Cast, open_first_module
from tests.unit.programs.tree_files import EXERCISE, FILES, MODULE_1, RELAXATION_LOG, write_tree

pytestmark = pytest.mark.django_db


@pytest.fixture
def version(tmp_path: Path) -> ProgrammeVersion:
    breath = EXERCISE.replace("minutes: 2", "minutes: 2\nrelaxation: belly-breathing\naudio: /static/one.mp3")
    second = MODULE_1.replace("number: 1", "number: 2").replace("understanding-pain", "going-on")
    files = {
        **{name.replace("module-1", "module-2"): text for name, text in FILES.items() if "module-1/" in name},
        "module-2/module.yaml": second,
        "worksheets/calm-log.yaml": RELAXATION_LOG,
        "module-1/05-breath.md": breath,
    }
    draft = load_programme(path=write_tree(tmp_path, files), by=System("test"))
    return publish_version(version=draft, by=System("test"))


@pytest.fixture
def cast(version: ProgrammeVersion) -> Cast:
    return Cast(on_programme=lambda: version)


@pytest.fixture
def patient(cast: Cast) -> Client:
    client = Client()
    client.force_login(cast.patient.user, backend=BACKEND)
    return client


def _page(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, path
    return response.content.decode()


def test_pages_are_open_before_any_week_is(patient: Client) -> None:
    assert "A page to share." in _page(patient, "/resources/")
    assert "<strong>help</strong>" in _page(patient, "/resources/family-page/")
    assert "Slow breaths, low in the body." in _page(patient, "/relaxation/")


def test_script_says_first_what_to_take_care_of_and_shows_its_pauses(patient: Client) -> None:
    page = _page(patient, "/relaxation/belly-breathing/")

    assert 0 < page.index("Stop if you feel dizzy.") < page.index("Let your shoulders drop.")
    assert 'data-pause="10"' in page
    assert "Pause: 20 seconds" in page
    assert "Breathe in" in page
    assert "<audio" not in page


@pytest.mark.parametrize("path", ["/resources/nowhere/", "/relaxation/nowhere/"])
def test_page_that_the_version_does_not_have_is_not_found(patient: Client, path: str) -> None:
    assert patient.get(path).status_code == 404


def test_page_of_another_version_is_not_found(
    patient: Client, version: ProgrammeVersion, tmp_path: Path
) -> None:
    text = write_tree(tmp_path / "x").joinpath("relaxation/belly-breathing.md").read_text()
    load_programme(path=write_tree(tmp_path / "y", {"relaxation/later.md": text}), by=System("test"))

    assert Relaxation.objects.filter(slug="later").exists()
    assert patient.get("/relaxation/later/").status_code == 404


def test_worksheet_of_a_page_can_be_filled_outside_a_week(patient: Client, cast: Cast) -> None:
    form = "/practice/pain-cycle/new/?next=/resources/family-page/"
    page = _page(patient, "/resources/family-page/")
    assert "/practice/pain-cycle/new/?next=%2Fresources%2Ffamily-page%2F" in page
    drawn = patient.get(form).context["form"].draft
    filled = {
        "situation": "Queueing",
        "pain": "5",
        "feelings-0-name": "sad",
        "next": "/resources/family-page/",
    }

    response = patient.post(form, {**filled, "draft": str(drawn.id), "base_rev": str(drawn.rev)})

    assert response.status_code == 302, response.context["form"].errors
    assert response["Location"] == "/resources/family-page/"
    assert Entry.objects.get(enrolment=cast.enrolment).worksheet.slug == "pain-cycle"
    assert "Read what I wrote" in _page(patient, "/resources/family-page/")
    assert "Your pain cycle" in _page(patient, "/practice/")


def test_worksheet_of_a_closed_week_stays_closed(patient: Client) -> None:
    assert patient.get("/practice/activity-log/new/").status_code == 404


def test_practice_is_noted_with_technique_and_minutes(patient: Client) -> None:
    page = _page(patient, "/relaxation/belly-breathing/")
    back = "%2Frelaxation%2Fbelly-breathing%2F"
    link = f"/practice/calm-log/new/?technique=belly-breathing&amp;minutes=5&amp;next={back}"
    assert link in page

    fields = {f.name: f for f in patient.get(link.replace("&amp;", "&")).context["form"].fields}

    assert [choice.value for choice in fields["technique"].choices if choice.is_selected] == [
        "belly-breathing"
    ]
    assert fields["minutes"].value == "5"


@pytest.mark.parametrize(
    "query", ["technique=levitation&minutes=9000", "technique=&minutes=-1", "minutes=٣&x=y"]
)
def test_address_says_nothing_that_the_form_does_not_offer(patient: Client, query: str) -> None:
    fields = {f.name: f for f in patient.get(f"/practice/calm-log/new/?{query}").context["form"].fields}

    assert not any(choice.is_selected for choice in fields["technique"].choices)
    assert not fields["minutes"].value


def test_step_shows_its_guide_and_recording(patient: Client, cast: Cast) -> None:
    open_first_module(cast.enrolment)

    page = _page(patient, "/course/1/5/")

    assert "Stop if you feel dizzy." in page
    assert '<audio class="listen-audio" controls preload="none" src="/static/one.mp3">' in page
    assert "next=%2Fcourse%2F1%2F5%2F" in page


def test_steps_of_a_closed_week_are_listed_with_the_reason_and_no_way_in(patient: Client, cast: Cast) -> None:
    open_first_module(cast.enrolment)

    page = _page(patient, "/course/2/")

    assert "Opens when you have read week 1" in page
    assert page.count("closed</span>") == 6
    assert "/course/2/1/" not in page


def test_step_says_what_is_left_and_what_each_step_is(patient: Client, cast: Cast) -> None:
    open_first_module(cast.enrolment)
    patient.post("/course/1/1/visit/")
    patient.post("/course/1/1/finish/")
    patient.post("/course/1/2/visit/")

    step, module = _page(patient, "/course/1/2/"), _page(patient, "/course/1/")

    assert "about 3 minutes · 20 minutes left this week" in step
    for page in (step, module):
        assert page.count("</span>done</span>") == 1
        assert page.count("</span>you are here</span>") == 1
        assert page.count("</span>open</span>") == 4
