"""Addresses of this app."""

from django.urls import path

from patients.api import DraftView
from patients.views import consent, record_access

app_name = "patients"

urlpatterns = [
    path("api/v1/drafts/<uuid:draft_id>/", DraftView.as_view(), name="draft-api"),
    path("consent/", consent.consent_give, name="consent-give"),
    path("account/consent/", consent.consent_detail, name="consent-detail"),
    path("record-access/", record_access.record_access, name="record-access"),
]
