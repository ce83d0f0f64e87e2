from applications.models.amendment import Amendment
from applications.models.application import Application, Enterprise, ReceiptCounter
from applications.models.contact import ContactNote, HandOver, Slip
from applications.models.earlier import EarlierSettlement
from applications.models.evidence import Attachment, EvidenceItem
from applications.models.followup import FollowUp, FollowUpList, FoundHome
from applications.models.history import Referral, StateChange, Suspension
from applications.models.inquiry import Inquiry
from applications.models.inspection import InspectedCase, Inspection
from applications.models.member import Agent, Member
from applications.models.opening import BulkOpening, OpenedHousehold
from applications.models.paper import Delivery, IssuedPaper
from applications.models.parameters import ParameterChange
from applications.models.prospect import Prospect
from applications.models.transfer import Certificate, Transfer

__all__ = [
    "Agent",
    "Amendment",
    "Application",
    "Attachment",
    "BulkOpening",
    "Certificate",
    "ContactNote",
    "Delivery",
    "EarlierSettlement",
    "Enterprise",
    "EvidenceItem",
    "FollowUp",
    "FollowUpList",
    "FoundHome",
    "HandOver",
    "InspectedCase",
    "Inspection",
    "Inquiry",
    "IssuedPaper",
    "Member",
    "OpenedHousehold",
    "ParameterChange",
    "Prospect",
    "ReceiptCounter",
    "Referral",
    "Slip",
    "StateChange",
    "Suspension",
    "Transfer",
]
