"""Addresses of this app."""

from django.urls import path

from messaging.views import monitor, notices, preferences, thread

app_name = "messaging"

urlpatterns = [
    path("healthz/alerts", monitor.alerts, name="healthz-alerts"),
    path("messages/", thread.thread_detail, name="thread"),
    path("messages/new/", thread.thread_news, name="thread-news"),
    path("messages/read/", thread.thread_read, name="thread-read"),
    path("settings/reminders/", preferences.preferences_edit, name="preferences-edit"),
    path("account/notices/", notices.notices, name="notices"),
    path("account/notices/devices/", notices.device_add, name="device-add"),
    path("account/notices/devices/<uuid:device_id>/try/", notices.device_try, name="device-try"),
    path("account/notices/devices/<uuid:device_id>/remove/", notices.device_remove, name="device-remove"),
    path("account/notices/number/", notices.number_give, name="number-give"),
    path("account/notices/number/code/", notices.number_prove, name="number-prove"),
    path("account/notices/number/remove/", notices.number_remove, name="number-remove"),
]
