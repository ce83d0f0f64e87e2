"""What is noted of transfers, through their page."""

from django.urls import reverse

from tests import factories
from tests.pages import submit


def typed_for(name):
    """What the certificates and letters say, each with a number of its own."""
    number = f"黔{next(factories.SERIALS):07d}"
    return {
        "issue": {"number": number},
        "take": {"number": number, "issued_by": "长沙市公安局某派出所"},
        "aim": {"division": "贵州省黔东南苗族侗族自治州黄平县"},
        "consent": {"number": number},
        "give": {"number": number},
    }.get(name, {})


def note(client, transfer, name, **typed):
    """One act on one transfer, by the form that its page shows."""
    address = reverse("desk:transfers", args=[transfer.application_id])
    told = typed_for(name) | typed
    return submit(client, client.get(address), told, button=("act", f"{name}:{transfer.pk}"))


ACTS = {
    (False, "one_stop"): (),
    (False, "electronic"): ("send", "move_out"),
    (False, "paper"): ("issue", "take"),
    (True, "one_stop"): ("aim", "consent"),
}


def come_over(client, case):
    """Each place of origin does its part."""
    for transfer in case.transfers.all():
        for name in ACTS[transfer.outward, transfer.channel]:
            note(client, transfer, name)
