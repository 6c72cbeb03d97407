"""Who may do what: the one table."""

from enum import StrEnum

from painclinic.accounts.models import Role


class Permission(StrEnum):
    """An act. Whose rows it may be done on is decided by `visible_to`."""

    # every signed-in person
    ACCOUNT_KEEP = "account-keep"
    DRAFT_SAVE = "draft-save"
    # staff: where they are told that something needs them
    NOTICES_KEEP = "notices-keep"
    # patients, always about themselves
    COURSE_WORK = "course-work"
    OWN_MESSAGES = "own-messages"
    OWN_RECORD = "own-record"
    CONSENT_GIVE = "consent-give"
    # clinical staff
    WORKLIST_VIEW = "worklist-view"
    PATIENT_VIEW = "patient-view"
    HOMEWORK_REVIEW = "homework-review"
    MESSAGE_SEND = "message-send"
    COURSE_STEER = "course-steer"
    REPORT_MAKE = "report-make"
    EMERGENCY_ACCESS = "emergency-access"
    ALERT_HANDLE = "alert-handle"
    # clinic administration: identity, enrolment and staff; no therapy content
    DESK_VIEW = "desk-view"
    PATIENT_ENROL = "patient-enrol"
    STAFF_MANAGE = "staff-manage"
    CLINIC_SET_UP = "clinic-set-up"
    ACCESS_REVIEW = "access-review"
    # sums over a clinic's courses, never one of them
    RESULTS_VIEW = "results-view"
    # the answers behind them without names, for analysis
    RESULTS_EXPORT = "results-export"
    # the rules of alerts: everybody of the clinic reads them, the clinical lead answers for them
    RULES_VIEW = "rules-view"
    RULES_SIGN = "rules-sign"
    # whether notices of alerts arrive: everybody of the clinic
    CHAIN_VIEW = "chain-view"
    # the register of adverse events: who treats writes in it, the clinical lead assesses what is serious,
    # and it is taken away without names
    ADVERSE_VIEW = "adverse-view"
    ADVERSE_RECORD = "adverse-record"
    ADVERSE_LEAD = "adverse-lead"
    ADVERSE_EXPORT = "adverse-export"
    # how alerts are answered, without whose they are
    SAFETY_VIEW = "safety-view"
    # the monthly sample of alerts, whose items are records
    SAFETY_AUDIT = "safety-audit"


_EVERYBODY = {Permission.ACCOUNT_KEEP, Permission.DRAFT_SAVE}

ROLE_PERMISSIONS: dict[str, frozenset[Permission]] = {
    Role.PATIENT: frozenset(
        _EVERYBODY
        | {Permission.COURSE_WORK, Permission.OWN_MESSAGES, Permission.OWN_RECORD, Permission.CONSENT_GIVE}
    ),
    Role.THERAPIST: frozenset(
        _EVERYBODY
        | {
            Permission.NOTICES_KEEP,
            Permission.WORKLIST_VIEW,
            Permission.PATIENT_VIEW,
            Permission.HOMEWORK_REVIEW,
            Permission.MESSAGE_SEND,
            Permission.COURSE_STEER,
            Permission.REPORT_MAKE,
            Permission.EMERGENCY_ACCESS,
            Permission.ALERT_HANDLE,
            Permission.RULES_VIEW,
            Permission.CHAIN_VIEW,
            Permission.ADVERSE_VIEW,
            Permission.ADVERSE_RECORD,
            Permission.SAFETY_VIEW,
        }
    ),
    # A supervisor reads the caseload of the clinic and writes to nobody's patient, but an alert is
    # everybody's: the clinical lead is who it ends with.
    Role.SUPERVISOR: frozenset(
        _EVERYBODY
        | {
            Permission.NOTICES_KEEP,
            Permission.WORKLIST_VIEW,
            Permission.PATIENT_VIEW,
            Permission.REPORT_MAKE,
            Permission.ALERT_HANDLE,
            Permission.RESULTS_VIEW,
            Permission.RULES_VIEW,
            Permission.CHAIN_VIEW,
            Permission.SAFETY_VIEW,
            Permission.RULES_SIGN,
            Permission.SAFETY_AUDIT,
            Permission.ADVERSE_VIEW,
            Permission.ADVERSE_RECORD,
            Permission.ADVERSE_LEAD,
            Permission.ADVERSE_EXPORT,
        }
    ),
    Role.CLINIC_ADMIN: frozenset(
        _EVERYBODY
        | {
            Permission.NOTICES_KEEP,
            Permission.DESK_VIEW,
            Permission.PATIENT_ENROL,
            Permission.STAFF_MANAGE,
            Permission.CLINIC_SET_UP,
            Permission.ACCESS_REVIEW,
            Permission.RESULTS_VIEW,
            Permission.RESULTS_EXPORT,
            Permission.RULES_VIEW,
            Permission.CHAIN_VIEW,
            Permission.ADVERSE_EXPORT,
            Permission.SAFETY_VIEW,
        }
    ),
}


def allows(role: str, permission: Permission) -> bool:
    """Whether a role may do an act; an unknown role may do nothing."""
    return permission in ROLE_PERMISSIONS.get(role, frozenset())
