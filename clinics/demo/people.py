"""Who is in the synthetic clinic, and how each patient's course has gone so far."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from clinics.demo.turns import Turn

# Public on purpose: it opens demonstrations and nothing else.
PASSWORD = "demo-painclinic-2026"  # noqa: S105  printed by bin/demo, refused in production
CLINIC = "Millbrook Pain Clinic (demonstration)"

THERAPISTS = [
    ("therapist@demo.example", "Anna Berg"),
    ("tomas@demo.example", "Tomas Hale"),
    ("ines@demo.example", "Ines Duarte"),
]
ADMINS = [("admin@demo.example", "Ruth Okafor"), ("leon@demo.example", "Leon Marsh")]
SUPERVISOR = ("supervisor@demo.example", "Grace Lindqvist")
# Somebody who has reached the last week, with something on every page.
PATIENT_FURTHEST = "patient2@demo.example"
SIGN_INS = {
    "patient@demo.example",
    PATIENT_FURTHEST,
    "therapist@demo.example",
    "admin@demo.example",
    "supervisor@demo.example",
}
# Of those who are further on, the one who began first.
FURTHEST = 4


class Course(StrEnum):
    """How far somebody has come, and what waits."""

    INVITED = "invited"
    INVITATION_RAN_OUT = "invitation ran out"
    INVITATION_WITHDRAWN = "invitation withdrawn"
    NOT_BEGUN = "not begun"
    READING = "reading"
    HANDED_IN = "handed in"
    ANOTHER_LOOK = "another look"
    HANDED_IN_AGAIN = "handed in again"
    REVIEWED = "reviewed"
    SILENT = "silent"
    ON_HOLD = "on hold"
    FURTHER_ON = "further on"
    SHOWN = "the demonstration's own patient"


@dataclass(frozen=True)
class Persona:
    name: str
    born: date
    email: str
    timezone: str
    course: Course
    # Days ago on which the programme began.
    began: int
    therapist: int
    # Which of the written stories this person tells.
    story: int
    writes: str = ""
    turn: Turn | None = None


_NAMES = [
    "Maria Lund",
    "Oliver Grant",
    "Amara Nwosu",
    "Peter Kowalski",
    "Siobhan Kelly",
    "Dev Patel",
    "Hannah Weiss",
    "Carlos Mendes",
    "Fatima Rahman",
    "George Whitlock",
    "Yuki Tanaka",
    "Elaine Foster",
    "Samuel Boateng",
    "Ingrid Solberg",
    "Marcus Reid",
    "Leila Haddad",
    "Brian O'Connor",
    "Priya Nair",
    "Tomasz Zielinski",
    "Joyce Mbeki",
    "Alan Hughes",
    "Renata Costa",
    "Daniel Cohen",
    "Aisha Bello",
    "Frank Osborne",
    "Mei Lin",
    "Kathleen Doyle",
    "Ivan Petrov",
    "Sophie Laurent",
    "Noah Fletcher",
    "Gwen Pritchard",
    "Abdul Karim",
    "Rosa Jimenez",
    "William Tate",
    "Nadia Ivanova",
    "Colin Burke",
    "Esther Adeyemi",
    "Paul Larsen",
    "Beatrice Conti",
    "Henry Walsh",
]

_COURSES = (
    [Course.SHOWN]
    + [Course.HANDED_IN] * 5
    + [Course.ANOTHER_LOOK] * 2
    + [Course.HANDED_IN_AGAIN] * 2
    + [Course.REVIEWED] * 6
    + [Course.FURTHER_ON] * 5
    + [Course.READING] * 7
    + [Course.SILENT] * 4
    + [Course.ON_HOLD] * 2
    + [Course.NOT_BEGUN] * 2
    + [Course.INVITED] * 2
    + [Course.INVITATION_RAN_OUT]
    + [Course.INVITATION_WITHDRAWN]
)

# How many days ago the programme began, cycled within a course.
_BEGAN = {
    Course.SHOWN: (5,),
    Course.HANDED_IN: (6, 7, 8, 9, 7),
    Course.ANOTHER_LOOK: (10, 9),
    Course.HANDED_IN_AGAIN: (12, 11),
    Course.REVIEWED: (10, 11, 12, 13, 14, 12),
    Course.FURTHER_ON: (30, 37, 44, 52, 60),
    Course.READING: (1, 2, 3, 4, 3, 2, 4),
    Course.SILENT: (9, 14, 20, 27),
    Course.ON_HOLD: (16, 18),
    Course.NOT_BEGUN: (4, 6),
    Course.INVITED: (1, 2),
    Course.INVITATION_RAN_OUT: (10,),
    Course.INVITATION_WITHDRAWN: (12,),
}
# Who has written and still waits for an answer: "late" since before the last working days, "new" since today.
_WRITES = {
    1: "new",
    3: "late",
    11: "new",
    17: "late",
    22: "new",
    28: "answered",
    0: "answered",
    9: "answered",
}
# What is special about the nth patient of a course today.
_TURNS = {
    (Course.REVIEWED, 0): Turn.FLARE_UP,
    (Course.FURTHER_ON, 0): Turn.PAUSED,
    # A patient of the therapist whom visitors can be.
    (Course.FURTHER_ON, 2): Turn.CHANGED,
    (Course.FURTHER_ON, FURTHEST): Turn.SLEEP_WINDOW,
}
_ZONES = ["Europe/London"] * 6 + ["Europe/Dublin", "Europe/Madrid", "America/New_York"]


def _sign_in(course: Course, nth: int) -> str:
    """The address of those patients whom a visitor can be."""
    if course == Course.SHOWN:
        return "patient@demo.example"
    return PATIENT_FURTHEST if course == Course.FURTHER_ON and nth == FURTHEST else ""


def personas() -> list[Persona]:
    """Forty patients in every stage; the same ones each time."""
    seen: dict[Course, int] = {}
    people = []
    for number, (name, course) in enumerate(zip(_NAMES, _COURSES, strict=True)):
        nth = seen.get(course, 0)
        seen[course] = nth + 1
        slug = name.lower().replace(" ", ".").replace("'", "")
        people.append(
            Persona(
                name=name,
                born=date(1950 + (number * 7) % 50, 1 + number % 12, 1 + (number * 5) % 28),
                email=_sign_in(course, nth) or f"{slug}@demo.example",
                timezone=_ZONES[number % len(_ZONES)],
                course=course,
                began=_BEGAN[course][nth % len(_BEGAN[course])],
                # The demonstration's therapist has every second patient, the other two share the rest.
                therapist=0 if number % 2 == 0 or number < 8 else 1 + (number // 2) % 2,
                story=number % 6,
                writes=_WRITES.get(number, ""),
                turn=_TURNS.get((course, nth)),
            )
        )
    return people
