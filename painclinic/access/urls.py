"""The front door and Help now."""

from django.urls import path

from painclinic.access import views

urlpatterns = [
    path("", views.front_door, name="front-door"),
    path("help-now/", views.help_now, name="help-now"),
]
