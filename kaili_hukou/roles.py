"""Who works with the desk, and how far each one sees."""

from enum import StrEnum

from django.db.models import TextChoices


class Role(TextChoices):
    AUXILIARY = "auxiliary", "辅警"
    WINDOW = "window", "窗口民警"
    STATION_HEAD = "station_head", "所领导"
    APPROVER = "approver", "户政科审批"
    REFORM_OFFICE = "reform_office", "户改办"
    BUREAU_CLERK = "bureau_clerk", "部门经办"
    AUDITOR = "auditor", "审计"
    SYSTEM_ADMIN = "system_admin", "系统管理"
    SECURITY_ADMIN = "security_admin", "安全管理"


class Reach(StrEnum):
    """How far a role sees among people and their cases."""

    STATION = "station"
    BUREAU = "bureau"
    CITY = "city"
    NOTHING = "nothing"


REACH: dict[str, Reach] = {
    Role.AUXILIARY: Reach.STATION,
    Role.WINDOW: Reach.STATION,
    Role.STATION_HEAD: Reach.STATION,
    Role.APPROVER: Reach.CITY,
    Role.REFORM_OFFICE: Reach.CITY,
    Role.BUREAU_CLERK: Reach.BUREAU,
    Role.AUDITOR: Reach.CITY,
    Role.SYSTEM_ADMIN: Reach.NOTHING,
    Role.SECURITY_ADMIN: Reach.NOTHING,
}

# Sworn officers: what they sign carries their 警号.
POLICE = (Role.WINDOW, Role.STATION_HEAD, Role.APPROVER)
STATION_STAFF = (Role.AUXILIARY, Role.WINDOW, Role.STATION_HEAD)
