"""The values in force: what the code ships, with the officers' confirmed changes laid over."""

from functools import lru_cache

from applications.models import ParameterChange
from applications.policy.parameters import SHIPPED, Parameters, Value
from kaili_hukou.dates import parse_day


def in_force() -> Parameters:
    """One short query; merged anew only where the confirmed changes are others."""
    rows = ParameterChange.objects.filter(state=ParameterChange.State.CONFIRMED)
    return _merged(
        tuple(
            rows.order_by("pk").values_list("name", "from_day", "value", "document", "confirmed_on")
        )
    )


def with_change(change: ParameterChange) -> Parameters:
    """What would be in force, were this change confirmed too."""
    return in_force().merged({change.name: [value_of(change)]})


def value_of(change: ParameterChange) -> Value:
    row = (change.from_day, change.value, change.document, change.confirmed_on or change.from_day)
    return _value(change.name, *row)


def _value(name: str, from_day: object, value: object, source: str, checked_on: object) -> Value:
    """Days are kept as text; which parameters are days is told by the shipped value."""
    shipped = SHIPPED.by_name[name].values[0].value
    is_day = not isinstance(shipped, int)
    return Value(from_day, parse_day(value) if is_day else value, source, checked_on)


@lru_cache(maxsize=4)
def _merged(rows: tuple[tuple[object, ...], ...]) -> Parameters:
    changes: dict[str, list[Value]] = {}
    for name, *row in rows:
        changes.setdefault(name, []).append(_value(name, *row))
    return SHIPPED.merged(changes) if changes else SHIPPED
