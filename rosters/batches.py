"""A batch: the files under one document, each continuing another with its mended rows."""

from rosters.models import Roster

STANDING = (Roster.State.ENTERED, Roster.State.CONFIRMED)


def batch_of(roster: Roster) -> list[Roster]:
    """All files of the roster's batch, the first one first; by hand entered ones stand alone."""
    chained = Roster.objects.filter(kind=roster.kind, continues__isnull=False)
    pairs = list(chained.values_list("pk", "continues"))
    found = {roster.pk}
    while more := {pk for pair in pairs if found & set(pair) for pk in pair} - found:
        found |= more
    files = Roster.objects.filter(pk__in=found).order_by("entered_at", "pk")
    return list(files.select_related("supplier", "entered_by", "confirmed_by", "ended_by", "run"))


def pending(files: list[Roster]) -> list[Roster]:
    """Those that wait for the second person."""
    return [file for file in files if file.state == Roster.State.ENTERED]


def standing(files: list[Roster]) -> list[Roster]:
    return [file for file in files if file.state in STANDING]
