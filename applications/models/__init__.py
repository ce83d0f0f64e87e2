from applications.models.application import Application, Enterprise, Member, ReceiptCounter
from applications.models.evidence import Attachment, EvidenceItem
from applications.models.history import Referral, StateChange, Suspension
from applications.models.parameters import ParameterChange

__all__ = [
    "Application",
    "Attachment",
    "Enterprise",
    "EvidenceItem",
    "Member",
    "ParameterChange",
    "ReceiptCounter",
    "Referral",
    "StateChange",
    "Suspension",
]
