"""Addresses of this app in a demonstration."""

from django.urls import path

from messaging.views import demo_mail

app_name = "demo"

urlpatterns = [
    path("mail/", demo_mail.mail_list, name="mail-list"),
    path("mail/<uuid:mail_id>/", demo_mail.mail_detail, name="mail-detail"),
]
