"""Addresses of the admin's desk."""

from django.urls import path

from clinics.views import (
    adverse,
    audits,
    chain,
    clinic,
    closed_days,
    duty,
    oversight,
    patients,
    questionnaires,
    results,
    ruleset,
    schedule,
    staff,
)

app_name = "clinics"

urlpatterns = [
    path("desk/", clinic.desk, name="desk"),
    path("desk/patients/", patients.patient_list, name="patient-list"),
    path("desk/patients/enrol/", patients.patient_enrol, name="patient-enrol"),
    path("desk/patients/<uuid:patient_id>/", patients.patient_detail, name="patient-detail"),
    path("desk/patients/<uuid:patient_id>/edit/", patients.patient_edit, name="patient-edit"),
    path("desk/patients/<uuid:patient_id>/hand-over/", patients.patient_hand_over, name="patient-hand-over"),
    path(
        "desk/patients/<uuid:patient_id>/invitation/send-again/",
        patients.invitation_send_again,
        name="invitation-send-again",
    ),
    path(
        "desk/patients/<uuid:patient_id>/invitation/withdraw/",
        patients.invitation_withdraw,
        name="invitation-withdraw",
    ),
    path("desk/staff/", staff.staff_list, name="staff-list"),
    path("desk/staff/invite/", staff.staff_invite, name="staff-invite"),
    path("desk/staff/<uuid:membership_id>/end/", staff.staff_end, name="staff-end"),
    path(
        "desk/staff/invitations/<uuid:invitation_id>/send-again/",
        staff.staff_invitation_send_again,
        name="staff-invitation-send-again",
    ),
    path(
        "desk/staff/invitations/<uuid:invitation_id>/withdraw/",
        staff.staff_invitation_withdraw,
        name="staff-invitation-withdraw",
    ),
    path("desk/duty/", duty.duty_list, name="duty-list"),
    path("desk/duty/<uuid:shift_id>/end/", duty.duty_end, name="duty-end"),
    path("desk/closed-days/", closed_days.closed_day_list, name="closed-day-list"),
    path("desk/closed-days/<str:day>/remove/", closed_days.closed_day_remove, name="closed-day-remove"),
    path("desk/safety/", oversight.safety_overview, name="safety-overview"),
    path("desk/safety/samples/", audits.audit_list, name="audit-list"),
    path("desk/safety/samples/<uuid:sample_id>/", audits.audit_sample, name="audit-sample"),
    path("desk/safety/samples/<uuid:sample_id>/file/", audits.audit_export, name="audit-export"),
    path("desk/safety/samples/items/<uuid:item_id>/", audits.audit_item, name="audit-item"),
    path("desk/chain/", chain.chain_list, name="chain-list"),
    path("desk/chain/<uuid:test_id>/arrived/", chain.chain_arrived, name="chain-arrived"),
    path("desk/settings/", clinic.clinic_edit, name="clinic-edit"),
    path("desk/settings/consent/", clinic.consent_text_edit, name="consent-text-edit"),
    path("desk/questionnaires/", questionnaires.instrument_list, name="instrument-list"),
    path(
        "desk/questionnaires/<slug:instrument>/", questionnaires.instrument_detail, name="instrument-detail"
    ),
    path(
        "desk/questionnaires/<slug:instrument>/withdraw/",
        questionnaires.instrument_withdraw,
        name="instrument-withdraw",
    ),
    path("desk/schedule/", schedule.schedule_list, name="schedule-list"),
    path("desk/schedule/<slug:programme>/", schedule.schedule_detail, name="schedule-detail"),
    path("desk/schedule/<slug:programme>/add/", schedule.schedule_point_add, name="schedule-point-add"),
    path("desk/schedule/<slug:programme>/reset/", schedule.schedule_reset, name="schedule-reset"),
    path("desk/schedule/<slug:programme>/at/<slug:point>/", schedule.schedule_point, name="schedule-point"),
    path(
        "desk/schedule/<slug:programme>/at/<slug:point>/remove/",
        schedule.schedule_point_remove,
        name="schedule-point-remove",
    ),
    path("desk/deliveries/", clinic.delivery_list, name="delivery-list"),
    path("desk/access/", clinic.access_list, name="access-list"),
    path("desk/access/<uuid:access_id>/review/", clinic.emergency_review, name="emergency-review"),
    path("clinic/adverse-events/", adverse.adverse_register, name="adverse-register"),
    path("clinic/adverse-events/events.csv", adverse.adverse_export, name="adverse-export"),
    path("clinic/adverse-events/codebook.csv", adverse.adverse_codebook, name="adverse-codebook"),
    path("clinic/rules/", ruleset.rule_set, name="rule-set"),
    path("clinic/rules/sign/", ruleset.rule_set_sign, name="rule-set-sign"),
    path("clinic/results/", results.results, name="results"),
    path("clinic/results/answers.csv", results.answers_export, name="answers-export"),
    path("clinic/results/figures.csv", results.figures_export, name="figures-export"),
    path("clinic/results/codebook.csv", results.codebook_export, name="codebook-export"),
]
