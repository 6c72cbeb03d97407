"""The treatment as data. Nothing here belongs to a patient."""

from programs.models.course import (
    HomeworkTask,
    Module,
    Programme,
    ProgrammeVersion,
    ProgrammeVersionQuerySet,
    Relaxation,
    Resource,
    Step,
    Worksheet,
)
from programs.models.instruments import Instrument, InstrumentLicence, InstrumentVersion, MeasureSchedule

__all__ = [
    "HomeworkTask",
    "Instrument",
    "InstrumentLicence",
    "InstrumentVersion",
    "MeasureSchedule",
    "Module",
    "Programme",
    "ProgrammeVersion",
    "ProgrammeVersionQuerySet",
    "Relaxation",
    "Resource",
    "Step",
    "Worksheet",
]
