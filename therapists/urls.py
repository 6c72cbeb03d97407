"""Addresses of this app."""

from django.urls import path

from therapists.views import (
    adverse,
    alerts,
    conversation,
    course,
    emergency,
    homework,
    letters,
    measures,
    person,
    plans,
    report_batches,
    reports,
    sleep,
    steering,
    today,
    versions,
    written,
)

app_name = "therapists"

BATCH = "caseload/reports/<uuid:batch_id>/"
PATIENT = "patients/<uuid:patient_id>/"

urlpatterns = [
    path("today/", today.today, name="today"),
    path("caseload/", today.caseload, name="caseload"),
    path("caseload/reports/", report_batches.report_batch_create, name="report-batch-create"),
    path(f"{BATCH}", report_batches.report_batch_detail, name="report-batch-detail"),
    path(f"{BATCH}progress/", report_batches.report_batch_progress, name="report-batch-progress"),
    path(f"{BATCH}file/", report_batches.report_batch_download, name="report-batch-download"),
    path("alerts/<uuid:alert_id>/", alerts.alert_detail, name="alert-detail"),
    path("patients/emergency-access/", emergency.emergency_open, name="emergency-open"),
    path(PATIENT, person.patient_detail, name="patient-detail"),
    path(f"{PATIENT}homework/<uuid:homework_id>/", homework.homework_review, name="homework-review"),
    path(f"{PATIENT}messages/", conversation.patient_messages, name="patient-messages"),
    path(f"{PATIENT}messages/read/", conversation.patient_messages_read, name="patient-messages-read"),
    path(f"{PATIENT}unlock/", steering.module_unlock, name="module-unlock"),
    path(f"{PATIENT}hold/", steering.hold_place, name="hold-place"),
    path(f"{PATIENT}release/", steering.hold_release, name="hold-release"),
    path(f"{PATIENT}course/", course.course_change, name="course-change"),
    path(f"{PATIENT}course/resume/", course.course_resume, name="course-resume"),
    path(f"{PATIENT}course/<uuid:change_id>/undo/", course.course_change_undo, name="course-change-undo"),
    path(f"{PATIENT}questions/new/", measures.occasion_add, name="occasion-add"),
    path(
        f"{PATIENT}questions/<uuid:occasion_id>/missing/",
        measures.occasion_missing,
        name="occasion-missing",
    ),
    path(f"{PATIENT}worse/", measures.worse_seen, name="worse-seen"),
    path(f"{PATIENT}sleep-window/", sleep.sleep_window, name="sleep-window"),
    path(f"{PATIENT}newer-text/", versions.version_move, name="version-move"),
    path(f"{PATIENT}alert/", alerts.alert_flag, name="alert-flag"),
    path(f"{PATIENT}adverse-events/", adverse.adverse_list, name="adverse-list"),
    path(f"{PATIENT}adverse-events/new/", adverse.adverse_add, name="adverse-add"),
    path(f"{PATIENT}adverse-events/<uuid:event_id>/", adverse.adverse_detail, name="adverse-detail"),
    path(f"{PATIENT}safety-plan/", plans.safety_plan, name="safety-plan"),
    path(f"{PATIENT}written/<slug:written>/<uuid:text_id>/", written.written_detail, name="written-detail"),
    path(f"{PATIENT}written/<slug:written>/<uuid:text_id>/read/", written.written_read, name="written-read"),
    path(f"{PATIENT}reports/", reports.report_list, name="report-list"),
    path(f"{PATIENT}reports/new/", reports.report_create, name="report-create"),
    path(f"{PATIENT}reports/letter/", letters.report_letter, name="report-letter"),
    path(f"{PATIENT}reports/print/", reports.print_create, name="print-create"),
    path(f"{PATIENT}reports/<uuid:report_id>/", reports.report_detail, name="report-detail"),
    path(f"{PATIENT}reports/<uuid:report_id>/file/", reports.report_download, name="report-download"),
    path(f"{PATIENT}emergency-access/end/", emergency.emergency_end, name="emergency-end"),
]
