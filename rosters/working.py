"""One worker's work on one upload, whatever it comes to: nothing is left hanging without a word."""

from kaili_hukou.actions import Refused
from rosters.actions.uploads import Stopped, break_off, end_cancelled, take_up
from rosters.bringing_in import bring_in
from rosters.checking import check
from rosters.models import RosterUpload
from rosters.workbook import FileRefused

UNFORESEEN = (
    "处理时出了意料之外的问题,已停在上一批。请按「继续」再试一次;仍不行时请取消,并告诉系统管理员。"
)
WORK = {RosterUpload.State.CHECKING: check, RosterUpload.State.IMPORTING: bring_in}


def work_on(upload: RosterUpload) -> None:
    """Takes it up and does what its state asks for; safe to call twice."""
    try:
        take_up(upload)
        WORK[RosterUpload.State(upload.state)](upload)
    except Stopped:
        end_cancelled(upload)
    except (Refused, FileRefused) as refusal:
        break_off(upload, str(refusal))
        end_cancelled(upload)
    except Exception:
        break_off(upload, UNFORESEEN)
        raise
