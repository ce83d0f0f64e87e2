"""The days that follow from issue and endorsements, for the permits that stand already."""

from django.db import migrations

from residence_permits.terms import timeline

AT_ONCE = 1000


def fill(apps, schema_editor):
    permits = apps.get_model("residence_permits", "Permit").objects
    rows = permits.filter(cancelled_on__isnull=True, ends_on__isnull=True).order_by("pk")
    last = None
    while chunk := list(
        (rows.filter(pk__gt=last) if last else rows).prefetch_related("endorsements")[:AT_ONCE]
    ):
        for permit in chunk:
            made = [row.endorsed_on for row in permit.endorsements.all() if row.undone_at is None]
            latest = max([permit.issued_on, *made])
            shown = timeline(permit.issued_on, made, latest)
            permit.window_opens_on = shown.window.opens_on if shown.window else None
            permit.ends_on = shown.suspended_from
        permits.bulk_update(chunk, ["window_opens_on", "ends_on"])
        last = chunk[-1].pk


def handed(apps, schema_editor):
    """Whoever had a permit before the issue was recorded has had it since the day it bears."""
    models = apps.get_model("residence_permits", "Permit").objects
    rows, last = models.filter(handed_on__isnull=True).order_by("pk"), None
    while chunk := list((rows.filter(pk__gt=last) if last else rows)[:AT_ONCE]):
        for permit in chunk:
            permit.handed_on = permit.issued_on
        models.bulk_update(chunk, ["handed_on"])
        last = chunk[-1].pk


class Migration(migrations.Migration):
    dependencies = [("residence_permits", "0002_issue_and_production")]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RunPython(handed, migrations.RunPython.noop),
    ]
