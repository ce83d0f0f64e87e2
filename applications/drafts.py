"""What the window has typed, cleaned: the shape in which forms and rosters hand a case over."""

import datetime
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from applications.models import Member
from kaili_hukou.actions import PersonEntry
from kaili_hukou.models import Town


@dataclass(frozen=True, slots=True)
class CompanionEntry:
    person: PersonEntry
    relationship: str
    living: str = ""
    member: Member | None = None


@dataclass(frozen=True, slots=True)
class EnterpriseEntry:
    code: str
    name: str
    premises: str = ""
    contact: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """One case as typed; `facts` by form field, `evidence` as item id → (state, deferred until)."""

    applicant: PersonEntry | None = None
    enterprise: EnterpriseEntry | None = None
    companions: tuple[CompanionEntry, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    town: Town | None = None
    address: str = ""
    note: str = ""
    evidence: Mapping[uuid.UUID, tuple[str, datetime.date | None]] = field(default_factory=dict)
