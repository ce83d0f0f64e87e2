"""The registers and the wiring: the bottom of the import order."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class RegistersConfig(AppConfig):
    name = "kaili_hukou"
    verbose_name = "登记簿与人员"

    def ready(self) -> None:
        # Importing the module registers its checks; Django finds no module of that name by itself.
        from kaili_hukou import checks  # noqa: F401,PLC0415


class DeskAdminConfig(AdminConfig):
    default_site = "kaili_hukou.site.DeskSite"
