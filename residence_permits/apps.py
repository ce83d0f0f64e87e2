"""Residence permits (居住证): 申领受理、制作、发放、签注."""

from django.apps import AppConfig


class ResidencePermitsConfig(AppConfig):
    name = "residence_permits"
    verbose_name = "居住证"
