"""Settlement applications: from the window to 落户."""

from django.apps import AppConfig


class ApplicationsConfig(AppConfig):
    name = "applications"
    verbose_name = "落户办件"
