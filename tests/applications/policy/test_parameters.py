from __future__ import annotations

import json
from datetime import date

import pytest

from applications.policy.parameters import SHIPPED, Parameters, ParametersError, Value

CHANGE = Value(date(2027, 1, 1), 24, "市政府决定", date(2026, 12, 1))


def test_a_value_holds_from_its_day_on():
    merged = SHIPPED.merged({"schooling_months": [CHANGE]})
    assert merged.on(date(2026, 12, 31)).schooling_months == 36
    assert merged.on(date(2027, 1, 1)).schooling_months == 24
    assert merged.changes_after(date(2026, 12, 31)) == (date(2027, 1, 1),)
    assert merged.changes_after(date(2027, 1, 1)) == ()


def test_a_day_before_the_first_value_is_judged_by_the_first():
    assert SHIPPED.on(date.min).schooling_months == 36


def test_what_was_exported_is_imported():
    merged = SHIPPED.merged({"schooling_months": [CHANGE]})
    again = Parameters.from_json(json.loads(json.dumps(merged.to_json())))
    assert again == merged


@pytest.mark.parametrize("value", [None, 0, -1, True, "20", 1.5, date(2026, 1, 1)])
def test_a_value_of_another_kind_is_refused(value):
    with pytest.raises(ParametersError):
        SHIPPED.merged({"schooling_months": [Value(date(2027, 1, 1), value, "", date.min)]})


@pytest.mark.parametrize("bad", [None, [], {}, {"parameters": {"x": {"values": []}}}])
def test_a_file_that_is_no_export_is_refused(bad):
    with pytest.raises(ParametersError):
        Parameters.from_json(bad)


def test_promised_and_statutory_days_are_dated_too():
    day = date(2026, 11, 23)
    assert SHIPPED.days_on("promised_days_green", day) == 5
    assert SHIPPED.days_on("statutory_days", day) == 20
