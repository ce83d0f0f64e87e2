from rosters.models.course import Course
from rosters.models.importing import CheckedRow, ColumnChoice, ImportRun, RosterUpload
from rosters.models.roster import Roster, RosterEntry, RosterRepeat

__all__ = [
    "CheckedRow",
    "ColumnChoice",
    "Course",
    "ImportRun",
    "Roster",
    "RosterEntry",
    "RosterRepeat",
    "RosterUpload",
]
