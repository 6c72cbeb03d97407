"""Patients and their course. One noun per file."""

from patients.models.adverse import AdverseEvent, AdverseVersion
from patients.models.alerts import Alert, AlertEvent, AlertHandler, AlertStep
from patients.models.attention import AttentionMark, AttentionReading, Written
from patients.models.audit_samples import AuditItem, AuditReview, AuditSample
from patients.models.changes import CourseChange
from patients.models.consent import Consent, ConsentText
from patients.models.drafts import Draft, DraftRevision
from patients.models.duty import DutyShift
from patients.models.emergency import EmergencyAccess
from patients.models.enrolment import Assignment, Enrolment
from patients.models.entries import Entry
from patients.models.goals import GoalRating
from patients.models.homework import Homework, Review, ReviewComment
from patients.models.measures import Occasion, OccasionMissing, Response, Score
from patients.models.outcomes import Outcome, OutcomeCell, OutcomeDue
from patients.models.people import Patient
from patients.models.plans import SafetyPlan, SafetyPlanOffer
from patients.models.progress import CheckAnswer, ModuleHold, ModuleProgress, StepProgress, StepRating
from patients.models.reports import Report, ReportBatch
from patients.models.respite import Respite
from patients.models.ruleset import RuleSetSignature
from patients.models.seen import WorseSeen
from patients.models.sleep import SleepWindow

__all__ = [
    "AdverseEvent",
    "AdverseVersion",
    "Alert",
    "AlertEvent",
    "AlertHandler",
    "AlertStep",
    "Assignment",
    "AttentionMark",
    "AttentionReading",
    "AuditItem",
    "AuditReview",
    "AuditSample",
    "CheckAnswer",
    "Consent",
    "ConsentText",
    "CourseChange",
    "Draft",
    "DraftRevision",
    "DutyShift",
    "EmergencyAccess",
    "Enrolment",
    "Entry",
    "GoalRating",
    "Homework",
    "ModuleHold",
    "ModuleProgress",
    "Occasion",
    "OccasionMissing",
    "Outcome",
    "OutcomeCell",
    "OutcomeDue",
    "Patient",
    "Report",
    "ReportBatch",
    "Respite",
    "Response",
    "Review",
    "ReviewComment",
    "RuleSetSignature",
    "SafetyPlan",
    "SafetyPlanOffer",
    "Score",
    "SleepWindow",
    "StepProgress",
    "StepRating",
    "WorseSeen",
    "Written",
]
