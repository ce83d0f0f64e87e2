"""The Celery app and the whole schedule on one page, tasks by name.

Without Redis `manage.py work` keeps the same schedule. Nothing imports this module but the
workers and the task modules, so that pure modules load without Celery.
"""

import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kaili_hukou.settings")

app = Celery("kaili_hukou")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

app.conf.beat_schedule = {
    # What was uploaded for a preview and never confirmed holds people's data: it goes.
    "clear uploads": {
        "task": "kaili_hukou.tasks.clear_uploads",
        "schedule": crontab(hour="3", minute="10"),
    },
    # What was typed into a login that ended waits half an hour for its owner; each login clears
    # what is older, and so does the night.
    "drop kept forms": {
        "task": "kaili_hukou.tasks.drop_kept_forms",
        "schedule": crontab(hour="3", minute="15"),
    },
    # Deadlines of open cases are reckoned again when the calendar of a year was entered.
    "reckon deadlines": {
        "task": "applications.tasks.reckon_deadlines",
        "schedule": crontab(hour="1", minute="10"),
    },
    # After the sweep: holders who have come to meet a route are listed for their town.
    "look for prospects": {
        "task": "applications.tasks.look_for_prospects",
        "schedule": crontab(hour="2", minute="30"),
    },
    # What was recorded since the last seal is sealed.
    "seal the record": {
        "task": "kaili_hukou.tasks.seal_record",
        "schedule": crontab(minute="*/5"),
    },
    # Work on an upload that a dead worker left, or whose message was lost, goes on.
    "take up lost uploads": {
        "task": "rosters.tasks.take_up_lost_uploads",
        "schedule": crontab(),
    },
    # Rows that went back to a bureau are kept for thirty days.
    "purge rejected rows": {
        "task": "rosters.tasks.purge_rejected",
        "schedule": crontab(hour="3", minute="30"),
    },
    # Silent units are reminded of their yearly returns on the days of the plan.
    "remind units": {
        "task": "reports.tasks.remind_units",
        "schedule": crontab(hour="6", minute="30"),
    },
    # The main figures of the report as they stand: the rehearsal shows what has moved since.
    "note figures": {
        "task": "reports.tasks.note_figures",
        "schedule": crontab(hour="1", minute="40"),
    },
    # Which permits are suspended and whose window is open follows from the days; this notes it.
    "sweep permits": {
        "task": "residence_permits.tasks.sweep_permits",
        "schedule": crontab(hour="0", minute="20"),
    },
}
