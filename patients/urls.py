"""Addresses of this app."""

from django.urls import path

from patients.api import DraftView
from patients.views import consent, homework, practice, record_access

app_name = "patients"

urlpatterns = [
    path("api/v1/drafts/<uuid:draft_id>/", DraftView.as_view(), name="draft-api"),
    path("consent/", consent.consent_give, name="consent-give"),
    path("account/consent/", consent.consent_detail, name="consent-detail"),
    path("practice/", practice.practice, name="practice"),
    path("practice/<slug:slug>/new/", practice.entry_new, name="entry-new"),
    path("practice/entries/<uuid:entry_id>/", practice.entry_detail, name="entry-detail"),
    path("practice/entries/<uuid:entry_id>/change/", practice.entry_change, name="entry-change"),
    path("practice/entries/<uuid:entry_id>/withdraw/", practice.entry_withdraw, name="entry-withdraw"),
    path("course/<int:module>/homework/", homework.homework_detail, name="homework-detail"),
    path("record-access/", record_access.record_access, name="record-access"),
]
