"""The questionnaires as a clinic's administration sees them: what they are, and whether they may be used."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from painclinic.accounts.models import Clinic
from painclinic.dates import written_day
from programs.instruments.definition import InstrumentDefinition, Scale
from programs.instruments.library import definition_of
from programs.instruments.licences import LicenceOf, LicenceState, licences_of
from programs.models import Instrument, InstrumentLicence, InstrumentVersion

_TONES = {
    LicenceState.BUILT_IN: "calm",
    LicenceState.ACTIVE: "calm",
    LicenceState.ENDS_SOON: "attention",
    LicenceState.EXPIRED: "danger",
    LicenceState.WITHDRAWN: "",
    LicenceState.NONE: "attention",
}
_STATES = {
    LicenceState.BUILT_IN: gettext_lazy("free to use"),
    LicenceState.ACTIVE: gettext_lazy("licensed"),
    LicenceState.ENDS_SOON: gettext_lazy("licence ends soon"),
    LicenceState.EXPIRED: gettext_lazy("licence has expired"),
    LicenceState.WITHDRAWN: gettext_lazy("withdrawn"),
    LicenceState.NONE: gettext_lazy("needs a licence"),
}
_METHODS = {
    "sum": gettext_lazy("The numbers of the answers are added up."),
    "mean": gettext_lazy("The mean of the answers."),
    "count": gettext_lazy("How many answers count."),
    "table": gettext_lazy("The sum of the answers, converted by the instrument's table."),
    "code": gettext_lazy("A formula; see its source."),
}
_MISSING = {
    "all": gettext_lazy("Every item is needed; otherwise there is no score."),
    "prorate": gettext_lazy("The mean of the others stands for missing answers, up to %(most)s."),
    "drop": gettext_lazy("Missing answers do not count, up to %(most)s."),
}
# As in `ChangeRule`, in the order in which they are shown.
_FIGURES = {
    "reliable": gettext_lazy("Reliable change from"),
    "mid": gettext_lazy("Smallest change that matters"),
    "percent": gettext_lazy("Responder from, per cent"),
    "caseness": gettext_lazy("A case from"),
    "recovered_at": gettext_lazy("Well again at"),
    "floor": gettext_lazy("No improvement can be told from a start beyond"),
    "ceiling": gettext_lazy("No worsening can be told from a start beyond"),
}


@dataclass(frozen=True)
class QuestionnaireRow:
    """One questionnaire with its newest texts, the English one first, and how the clinic stands with it."""

    held: LicenceOf
    texts: Sequence[InstrumentVersion]

    @property
    def instrument(self) -> Instrument:
        return self.held.instrument

    @property
    def definition(self) -> InstrumentDefinition:
        return definition_of(self.texts[0])

    @property
    def languages(self) -> str:
        return ", ".join(text.language for text in self.texts)

    @property
    def state(self) -> str:
        return str(_STATES[self.held.state])

    @property
    def tone(self) -> str:
        return _TONES[self.held.state]

    @property
    def until(self) -> dt.date | None:
        licence = self.held.licence
        return licence.valid_until if licence and licence.is_active else None


def questionnaire_rows(clinic: Clinic, on: dt.date) -> list[QuestionnaireRow]:
    """Every questionnaire that is loaded, those that need somebody first. Three queries."""
    return _rows(clinic, on, list(Instrument.objects.all()))


def questionnaire_row(clinic: Clinic, on: dt.date, instrument: Instrument) -> QuestionnaireRow:
    """One of them."""
    return _rows(clinic, on, [instrument])[0]


def _rows(clinic: Clinic, on: dt.date, instruments: list[Instrument]) -> list[QuestionnaireRow]:
    texts: dict[object, list[InstrumentVersion]] = defaultdict(list)
    newest = (
        InstrumentVersion.objects.filter(instrument__in=instruments)
        .order_by("instrument_id", "language", "-number")
        .distinct("instrument_id", "language")
    )
    for version in sorted(newest, key=lambda one: (one.language != "en", one.language)):
        texts[version.instrument_id].append(version)
    order = list(_STATES)[::-1]
    rows = [
        QuestionnaireRow(held, texts[held.instrument.pk])
        for held in licences_of(clinic, instruments, on)
        if held.instrument.pk in texts
    ]
    return sorted(rows, key=lambda row: (order.index(row.held.state), row.instrument.title))


def licences_to_renew(clinic: Clinic, on: dt.date) -> list[LicenceOf]:
    """Licences that end within thirty days or have ended, and that nobody withdrew. Two queries."""
    ids = InstrumentLicence.objects.filter(clinic=clinic).order_by().values("instrument_id").distinct()
    held = licences_of(clinic, list(Instrument.objects.filter(pk__in=ids)), on)
    return [one for one in held if one.state in {LicenceState.ENDS_SOON, LicenceState.EXPIRED}]


def renewal_words(held: Sequence[LicenceOf]) -> str:
    """What an administrator is told about licences that end."""
    parts = []
    for one in held:
        when = one.licence.valid_until if one.licence else None
        if when is None:
            continue
        words = (
            _("%(title)s: the licence has expired on %(when)s. It is no longer asked; results are kept.")
            if one.state == LicenceState.EXPIRED
            else _("%(title)s: the licence ends on %(when)s.")
        )
        parts.append(words % {"title": one.instrument.title, "when": written_day(when, "j F Y")})
    return " ".join(parts)


@dataclass(frozen=True)
class ScaleWords:
    """How a scale is scored, in words and figures."""

    scale: Scale
    method: str
    missing: str
    figures: Sequence[tuple[str, str]]

    @classmethod
    def of(cls, scale: Scale) -> "ScaleWords":
        rule = scale.change
        figures = [
            (str(label), str(getattr(rule, name)))
            for name, label in _FIGURES.items()
            if rule and getattr(rule, name) is not None
        ]
        missing = str(_MISSING[scale.missing.rule]) % {"most": scale.missing.at_most}
        return cls(scale, str(_METHODS[scale.method]), "" if scale.method == "code" else missing, figures)


def scale_words(definition: InstrumentDefinition) -> list[ScaleWords]:
    return [ScaleWords.of(scale) for scale in definition.scales]
