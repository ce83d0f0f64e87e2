"""Every officer gets a regular posting as he stands, from the day on which his account began."""

from django.db import migrations
from django.utils import timezone


def post_everybody(apps, schema_editor):
    officers = apps.get_model("kaili_hukou", "Officer").objects.filter(postings__isnull=True)
    posting = apps.get_model("kaili_hukou", "Posting")
    posting.objects.bulk_create(
        posting(
            officer=officer,
            kind="regular",
            role=officer.role,
            station_id=officer.station_id,
            town_id=officer.town_id,
            bureau_id=officer.bureau_id,
            since=timezone.localdate(officer.date_joined),
        )
        for officer in officers.iterator()
    )


class Migration(migrations.Migration):
    dependencies = [("kaili_hukou", "0002_posts_and_identities")]
    # Backwards the table itself goes, with the migration before this one.
    operations = [migrations.RunPython(post_everybody, migrations.RunPython.noop)]
