from reports.models.annual import AnnualReport, FrozenCase, PoliceEntry, ReportFile
from reports.models.builds import FigureSnapshot, ReportBuild
from reports.models.consultation import Consultation, Opinion
from reports.models.evaluation import Evaluation, Finding, FindingStep
from reports.models.files import OversightFile
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
    "Consultation",
    "Evaluation",
    "FigureSnapshot",
    "Finding",
    "FindingStep",
    "FrozenCase",
    "Observation",
    "Opinion",
    "OversightFile",
    "PoliceEntry",
    "Reminder",
    "ReportBuild",
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
