"""Addresses of this app."""

from django.urls import path

from painclinic.accounts import views

app_name = "accounts"

urlpatterns = [
    path("invitation/<str:token>/", views.invitation_accept, name="invitation-accept"),
]
