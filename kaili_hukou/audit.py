"""Writing the record: who did what, in the same transaction as the act itself.

The actor of a request stands in a context variable that the middleware sets, so that no call
has to pass it on; outside a request the actor is the system.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.db import models, transaction

from kaili_hukou.models import AuditEntry, Officer


@dataclass(frozen=True, slots=True)
class Actor:
    officer: Officer | None
    address: str = ""
    request: str = ""

    @property
    def title(self) -> str:
        if self.officer:
            return str(self.officer)
        return "未登录人员" if self.request else "系统"

    @property
    def scope(self) -> str:
        return self.officer.place if self.officer else ""


SYSTEM = Actor(None)
_actor: ContextVar[Actor] = ContextVar("actor", default=SYSTEM)


@contextmanager
def acting(actor: Actor) -> Iterator[None]:
    """All that is recorded inside is recorded under this actor."""
    token = _actor.set(actor)
    try:
        yield
    finally:
        _actor.reset(token)


def record(
    action: str,
    target: models.Model | None = None,
    *,
    changes: Mapping[str, tuple[Any, Any]] | None = None,
    reason: str = "",
    count: int = 1,
) -> AuditEntry:
    """One entry. `changes` gives (old, new) by field name; the values are kept encrypted."""
    return AuditEntry.objects.create(
        **_who(),
        action=action,
        object_type=target._meta.label if target is not None else "",
        object_id=str(target.pk) if target is not None else "",
        count=count,
        changed=sorted(changes or ()),
        reason=reason,
        values={name: list(pair) for name, pair in changes.items()} if changes else None,
    )


def looked(action: str, target: models.Model | None = None, *, reason: str = "") -> None:
    """A look at people's data, recorded for good before the answer goes out.

    It stands in a transaction of its own: no record, no data.
    """
    with transaction.atomic():
        record(action, target, reason=reason)


def _who() -> dict[str, Any]:
    actor = _actor.get()
    return {
        "actor": actor.officer,
        "actor_title": actor.title,
        "scope": actor.scope,
        "address": actor.address,
        "request": actor.request,
    }
