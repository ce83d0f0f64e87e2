from reports.models.consultation import Consultation, Opinion
from reports.models.evaluation import Evaluation, Finding, FindingStep
from reports.models.files import ReportFile
from reports.models.indicators import Observation, Target

__all__ = [
    "Consultation",
    "Evaluation",
    "Finding",
    "FindingStep",
    "Observation",
    "Opinion",
    "ReportFile",
    "Target",
]
