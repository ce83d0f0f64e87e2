"""What the figures of `bench.permits` are compared with: a bare press, and the stock changelist."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from bench.stock import StockAdmin, StockSite
from kaili_hukou.models.people import number_digest
from residence_permits.models import Endorsement, Permit


@csrf_exempt
@login_required
def press(request: HttpRequest) -> HttpResponse:
    """A lookup by an index and an insert, and nothing of what an endorsement is."""
    digest = number_digest(request.POST["number"])
    permit = Permit.objects.select_related("person").get(person__number_digest=digest)
    Endorsement.objects.create(permit=permit, endorsed_on=timezone.localdate())
    return HttpResponse("done")


class StockPermits(StockAdmin):
    list_display = ["serial", "person", "town", "residence_from", "issued_on"]
    search_fields = ["serial", "person__name"]
    list_filter = ["basis"]


stock = StockSite(name="stock")
stock.register(Permit, StockPermits)

urlpatterns = [
    path("bare/", press),
    path("stock/", stock.urls),
    path("", include("kaili_hukou.urls")),
]
