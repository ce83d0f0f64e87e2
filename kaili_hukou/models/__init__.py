from kaili_hukou.models.audit import AuditEntry, AuditSeal, SealedEntry
from kaili_hukou.models.codes import CalendarDay, CalendarYear, CodeEntry, Division
from kaili_hukou.models.duties import Duty
from kaili_hukou.models.identities import FormerNumber, PersonAct
from kaili_hukou.models.jobs import Job
from kaili_hukou.models.logins import (
    FormerPassword,
    KeptForm,
    LoginFailure,
    RecoveryCode,
    SecondFactor,
)
from kaili_hukou.models.people import Household, Membership, Person, StationPerson
from kaili_hukou.models.places import Bureau, BureauName, PoliceStation, Town, Village
from kaili_hukou.models.staff import Officer, Posting, Relative

__all__ = [
    "AuditEntry",
    "AuditSeal",
    "Bureau",
    "BureauName",
    "CalendarDay",
    "CalendarYear",
    "CodeEntry",
    "Division",
    "Duty",
    "FormerNumber",
    "FormerPassword",
    "Household",
    "Job",
    "KeptForm",
    "LoginFailure",
    "Membership",
    "Officer",
    "Person",
    "PersonAct",
    "PoliceStation",
    "Posting",
    "RecoveryCode",
    "Relative",
    "SealedEntry",
    "SecondFactor",
    "StationPerson",
    "Town",
    "Village",
]
