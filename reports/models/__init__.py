from reports.models.indicators import Observation, Target

__all__ = ["Observation", "Target"]
