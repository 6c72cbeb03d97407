"""Addresses of this app."""

from django.urls import path

from patients.api import DraftView
from patients.views import (
    consent,
    course,
    goals,
    home,
    homework,
    library,
    pacing,
    practice,
    progress,
    record_access,
    reports,
    respite,
    step,
)

app_name = "patients"

urlpatterns = [
    path("api/v1/drafts/<uuid:draft_id>/", DraftView.as_view(), name="draft-api"),
    path("consent/", consent.consent_give, name="consent-give"),
    path("account/consent/", consent.consent_detail, name="consent-detail"),
    path("home/", home.home, name="home"),
    path("progress/", progress.progress, name="progress"),
    path("practice/", practice.practice, name="practice"),
    path("practice/<slug:slug>/new/", practice.entry_new, name="entry-new"),
    path("practice/entries/<uuid:entry_id>/", practice.entry_detail, name="entry-detail"),
    path("practice/entries/<uuid:entry_id>/change/", practice.entry_change, name="entry-change"),
    path("practice/entries/<uuid:entry_id>/withdraw/", practice.entry_withdraw, name="entry-withdraw"),
    path("pacing/", pacing.pacing, name="pacing"),
    path("goals/", goals.goals, name="goals"),
    path("goals/<uuid:entry_id>/rate/", goals.goal_rate, name="goal-rate"),
    path("resources/", library.resource_list, name="resource-list"),
    path("resources/<slug:slug>/", library.resource_detail, name="resource-detail"),
    path("relaxation/", library.relaxation_list, name="relaxation-list"),
    path("relaxation/<slug:slug>/", library.relaxation_detail, name="relaxation-detail"),
    path("course/", course.course, name="course"),
    path("course/<int:module>/", course.module_detail, name="module-detail"),
    path("course/<int:module>/<int:step>/", step.step_detail, name="step-detail"),
    path("course/<int:module>/<int:step>/visit/", step.step_visit, name="step-visit"),
    path("course/<int:module>/<int:step>/finish/", step.step_finish, name="step-finish"),
    path("course/<int:module>/<int:step>/answer/", step.step_answer, name="step-answer"),
    path("course/<int:module>/<int:step>/rate/", step.step_rate, name="step-rate"),
    path("course/<int:module>/homework/", homework.homework_detail, name="homework-detail"),
    path("flare-up/", respite.flare_up, name="flare-up"),
    path("flare-up/start/", respite.flare_up_start, name="flare-up-start"),
    path("flare-up/end/", respite.flare_up_end, name="flare-up-end"),
    path("pause/", respite.pause, name="pause"),
    path("pause/end/", respite.pause_end, name="pause-end"),
    path("reports/", reports.report_list, name="report-list"),
    path("reports/new/", reports.report_create, name="report-create"),
    path("reports/news/", reports.report_news, name="report-news"),
    path("reports/<uuid:report_id>/", reports.report_detail, name="report-detail"),
    path("reports/<uuid:report_id>/progress/", reports.report_progress, name="report-progress"),
    path("reports/<uuid:report_id>/seen/", reports.report_seen, name="report-seen"),
    path("reports/<uuid:report_id>/file/", reports.report_download, name="report-download"),
    path("record-access/", record_access.record_access, name="record-access"),
]
