"""A card on the page of a case: a template and what it shows."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Panel:
    """`template` sees `panel` (this) and everything that the page of the case has.

    `aside` cards stand at the right, beside the verdict; the others below the documents. A card
    that `is_next` holds the next step of the case: then no move below is the filled button.
    """

    template: str
    shown: dict[str, Any] = field(default_factory=dict)
    aside: bool = False
    is_next: bool = False
