"""Addresses of this app."""

from django.urls import URLPattern

app_name = "therapists"

urlpatterns: list[URLPattern] = []
