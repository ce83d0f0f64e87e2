"""What every move may ask before it is made: a reason where the table wants one."""

import datetime
from typing import Any

from django import forms

from applications.models import Application
from applications.workflow import MOVES


class MoveForm(forms.Form):
    """A reason where the table wants one; more in the forms made from this one."""

    def __init__(
        self, name: str, application: Application, *args: Any, today: datetime.date, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.move, self.application, self.today = MOVES[name], application, today
        self.add_fields()
        if self.asks_reason():
            self.fields["reason"] = forms.CharField(
                label=self.reason_label,
                max_length=1000,
                widget=forms.Textarea(attrs={"rows": 3}),
                required=self.move.reason,
            )

    reason_label = "理由"

    def add_fields(self) -> None:
        """Fields beside the reason."""

    def asks_reason(self) -> bool:
        return self.move.reason

    @property
    def reason(self) -> str:
        return self.cleaned_data.get("reason", "") if self.is_bound else ""

    @property
    def details(self) -> dict[str, Any]:
        return {}
