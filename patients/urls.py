"""Addresses of this app."""

from django.urls import path

from patients.views import consent, record_access

app_name = "patients"

urlpatterns = [
    path("consent/", consent.consent_give, name="consent-give"),
    path("account/consent/", consent.consent_detail, name="consent-detail"),
    path("record-access/", record_access.record_access, name="record-access"),
]
