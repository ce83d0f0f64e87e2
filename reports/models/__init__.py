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
    "Observation",
    "Reminder",
    "ReturnCall",
    "ReturnChange",
    "ReturnFile",
    "ReturnItem",
    "ReturnYear",
    "SupportingRule",
    "Target",
    "UnitReturn",
]
