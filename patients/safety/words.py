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
# What a member of the team saw or heard: the least level of each (clinical reference, 4.1 to 4.3), and words.
SHOWS = {
    "thoughts": (2, gettext_lazy("thoughts of ending their life or of harming themself")),
    "plan": (3, gettext_lazy("a plan, intent or means, or they cannot keep themself safe")),
    "attempt": (3, gettext_lazy("a recent attempt")),
    "emergency-sign": (3, gettext_lazy("a sign of illness that needs emergency care now")),
    "soon-sign": (2, gettext_lazy("a sign of illness that a doctor should see soon")),
    "medicine": (1, gettext_lazy("a medicine stopped or changed alone")),
    "by-others": (2, gettext_lazy("harm by somebody else")),
    "other": (1, gettext_lazy("something else")),
}
