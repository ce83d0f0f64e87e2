"""How the people of a case come over from each place of origin."""

from applications.models import Application
from applications.panels import Panel
from kaili_hukou.models import Officer


def panel(application: Application, officer: Officer) -> Panel | None:
    """Its card on the page of a case; None where there is nothing to say."""
    return None
