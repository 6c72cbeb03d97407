"""The front door, Help now, and how pages are shown on a device."""

from django.urls import path

from painclinic.access import display, views

urlpatterns = [
    path("", views.front_door, name="front-door"),
    path("help-now/", views.help_now, name="help-now"),
    path("help-now/offline/", views.help_offline, name="help-offline"),
    path("session/stay/", views.session_stay, name="session-stay"),
    path("display/", display.display_settings, name="display-settings"),
]
