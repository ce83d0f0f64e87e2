from reports.models.annual import AnnualReport, FrozenCase, PoliceEntry, ReportFile
from reports.models.indicators import Observation, Target
from reports.models.reminders import Reminder, ReturnCall, ReturnYear
from reports.models.returns import (
    ReturnChange,
    ReturnFile,
    ReturnItem,
    SupportingRule,
    UnitReturn,
)

__all__ = [
    "AnnualReport",
    "FrozenCase",
    "Observation",
    "PoliceEntry",
    "Reminder",
    "ReportFile",
    "ReturnCall",
    "ReturnChange",
    "ReturnFile",
    "ReturnItem",
    "ReturnYear",
    "SupportingRule",
    "Target",
    "UnitReturn",
]
