"""How people are reached, in words: for the forms that ask it and the pages that tell it."""

from django.utils.translation import gettext_lazy

CHANNELS = [
    ("phone", gettext_lazy("phone")),
    ("video", gettext_lazy("video")),
    ("message", gettext_lazy("message here")),
    ("emergency-contact", gettext_lazy("their emergency contact")),
    ("gp", gettext_lazy("their GP")),
    ("in-person", gettext_lazy("in person")),
]
RESULTS = [
    ("reached", gettext_lazy("spoke with the person")),
    ("no-answer", gettext_lazy("no answer")),
    ("left-word", gettext_lazy("left word to call back")),
    ("third-party", gettext_lazy("spoke with somebody else")),
]
