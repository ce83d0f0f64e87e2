"""The figures of a span as they stand now: counted once for whoever asks in the same minute."""

import datetime

from django.core.cache import cache

from reports.build import build
from reports.figures import Figures, from_json
from reports.period import Span

REMEMBERED_SECONDS = 60


def counted_now(span: Span, now: datetime.datetime) -> Figures:
    """Disagreement where sums do not agree."""
    key = f"figures/{span.year}/{'/'.join(span.period.to_json())}"
    known = cache.get(key)
    if known:
        return from_json(known)
    built = build(span, now)
    cache.set(key, built.to_json(), REMEMBERED_SECONDS)
    return built
