"""Addresses of this app."""

from django.urls import path

from messaging.views import monitor, preferences, thread

app_name = "messaging"

urlpatterns = [
    path("healthz/alerts", monitor.alerts, name="healthz-alerts"),
    path("messages/", thread.thread_detail, name="thread"),
    path("messages/new/", thread.thread_news, name="thread-news"),
    path("messages/read/", thread.thread_read, name="thread-read"),
    path("settings/reminders/", preferences.preferences_edit, name="preferences-edit"),
]
