"""figures.json: the same figures for machines. The same snapshot gives the same bytes."""

import json

from reports.figures import Figures


def render(figures: Figures) -> bytes:
    return (json.dumps(figures.to_json(), ensure_ascii=False, indent=1) + "\n").encode()
