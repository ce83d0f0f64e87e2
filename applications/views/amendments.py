"""What is proposed and confirmed on a case after its decision."""

from applications.models import Application
from applications.panels import Panel
from kaili_hukou.models import Officer


def panel(application: Application, officer: Officer) -> Panel | None:
    """Its card on the page of a case; None where there is nothing to say."""
    return None
