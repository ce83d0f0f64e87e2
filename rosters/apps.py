"""Rosters (花名册) that the bureaus supply."""

from django.apps import AppConfig


class RostersConfig(AppConfig):
    name = "rosters"
    verbose_name = "花名册"
