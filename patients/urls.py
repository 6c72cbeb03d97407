"""Addresses of this app."""

from django.urls import path

from patients.api import DraftView
from patients.views import consent, course, home, homework, practice, progress, record_access, step

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
    path("course/", course.course, name="course"),
    path("course/<int:module>/", course.module_detail, name="module-detail"),
    path("course/<int:module>/<int:step>/", step.step_detail, name="step-detail"),
    path("course/<int:module>/<int:step>/visit/", step.step_visit, name="step-visit"),
    path("course/<int:module>/<int:step>/finish/", step.step_finish, name="step-finish"),
    path("course/<int:module>/<int:step>/answer/", step.step_answer, name="step-answer"),
    path("course/<int:module>/<int:step>/rate/", step.step_rate, name="step-rate"),
    path("course/<int:module>/homework/", homework.homework_detail, name="homework-detail"),
    path("record-access/", record_access.record_access, name="record-access"),
]
