"""Uploads in the tests: sent as the page sends them, and worked on at once."""

from kaili_hukou.models import Bureau
from rosters.actions.uploads import Sending, order_import, receive, take_up
from rosters.bringing_in import bring_in
from rosters.checking import check
from rosters.kinds import KINDS
from rosters.models import RosterUpload
from tests import factories
from tests.rosters.workbooks import ON


def clerk(kind="relocation"):
    supplier = Bureau.objects.get(name=KINDS[kind].supplier)
    return factories.officer("bureau_clerk", bureau=supplier)


def sent(path, officer, *, kind="relocation", letter=b"", **told):
    """The file on its shelf, nothing done yet."""
    sending = Sending(
        **{
            "kind": kind,
            "supplier": officer.bureau,
            "reference": "凯移〔2026〕1号",
            "document_on": ON,
            "file_name": path.name,
        }
        | told
    )
    return receive(sending, path.read_bytes(), officer, letter)


def again(upload):
    """As another process reads it."""
    return RosterUpload.objects.get(pk=upload.pk)


def checked(path, officer, **told):
    upload = sent(path, officer, **told)
    take_up(upload)
    check(upload)
    return upload


def imported(path, officer, *, strict=False, **told):
    upload = checked(path, officer, **told)
    assert upload.state == "checked", upload.fault
    return brought_in(upload, strict=strict)


def brought_in(upload, *, strict=False):
    order_import(upload, strict=strict)
    take_up(upload)
    bring_in(upload)
    return upload
