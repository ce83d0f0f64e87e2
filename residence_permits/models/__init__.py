from residence_permits.models.permit import Basis, Endorsement, Permit, PermitEvent, Source, Stretch
from residence_permits.models.production import Batch, Card, Delivery
from residence_permits.models.request import (
    PermitRequest,
    Photograph,
    RequestCounter,
    RequestEvent,
)
from residence_permits.models.residence import AcceptingBody, Residence

__all__ = [
    "AcceptingBody",
    "Basis",
    "Batch",
    "Card",
    "Delivery",
    "Endorsement",
    "Permit",
    "PermitEvent",
    "PermitRequest",
    "Photograph",
    "RequestCounter",
    "RequestEvent",
    "Residence",
    "Source",
    "Stretch",
]
