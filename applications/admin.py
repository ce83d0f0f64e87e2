"""Cases in the admin: the list with its filters; taking and handling lead to the desk's pages."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from applications.access import CASE_READERS, COUNTER
from applications.models import Application, Enterprise, FollowUp, FollowUpList, Referral, Slip
from applications.querysets import ApplicationQuerySet
from kaili_hukou.desk_admin import DeskAdmin, ReadOnlyAdmin, masked
from kaili_hukou.roles import Role


@admin.register(Application)
class ApplicationAdmin(DeskAdmin):
    viewers = CASE_READERS
    editors = COUNTER
    list_display = [
        "number",
        "whose",
        "identity_number",
        "route",
        "state",
        "accepted_on",
        "due_on",
        "opinion",
    ]
    list_filter = ["state", "route", "green_lane"]
    list_display_links = ["number"]
    ordering = ["-opened_at"]
    whose = masked("申请人", "whose")

    @admin.display(description="身份号码、信用代码")
    def identity_number(self, case: Application) -> str:
        return case.enterprise.code if case.enterprise else case.applicant.masked_number

    def get_queryset(self, request: HttpRequest) -> ApplicationQuerySet:
        return super().get_queryset(request).for_lists()

    @admin.display(description="受理编号")
    def number(self, case: Application) -> str:
        return case.receipt_number or "未编号"

    def add_view(self, request: HttpRequest, *_: Any, **__: Any) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        return redirect("desk:intake")

    def change_view(self, request: HttpRequest, object_id: str, *_: Any, **__: Any) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = self.get_object(request, object_id)
        if found is None:
            raise self._no_such_row()
        return redirect("desk:case", pk=found.pk)


@admin.register(Enterprise)
class EnterpriseAdmin(ReadOnlyAdmin):
    viewers = CASE_READERS
    list_display = ["code", "name", "premises"]
    fields = ["code", "name", "premises"]


@admin.register(Referral)
class ReferralAdmin(ReadOnlyAdmin):
    viewers = CASE_READERS
    list_display = ["on", "station", "ground", "officer"]
    list_filter = ["ground"]
    list_select_related = ["station", "officer"]


# Bureaus see what is theirs; a station reads what follows on the page of its case.
FOLLOW_UP_READERS = frozenset({Role.BUREAU_CLERK, Role.APPROVER, Role.REFORM_OFFICE, Role.AUDITOR})


@admin.register(FollowUpList)
class FollowUpListAdmin(ReadOnlyAdmin):
    viewers = FOLLOW_UP_READERS
    list_display = ["bureau", "year", "quarter", "made_on", "made_by", "returned_on"]
    list_filter = ["year", "quarter"]
    list_select_related = ["bureau", "made_by"]
    fields = ["bureau", "year", "quarter", "made_on", "made_by", "ground", "returned_on"]


@admin.register(FollowUp)
class FollowUpAdmin(ReadOnlyAdmin):
    viewers = FOLLOW_UP_READERS
    list_display = ["kind", "whose", "bureau", "state", "since", "answered_on"]
    list_filter = ["kind", "state"]
    list_select_related = ["bureau", "member__person"]
    fields = ["kind", "bureau", "state", "since", "answered_on"]
    whose = masked("人员", "member.person.masked_number")


@admin.register(Slip)
class SlipAdmin(ReadOnlyAdmin):
    viewers = CASE_READERS
    list_display = ["on", "station", "route", "come_on", "officer"]
    list_filter = ["route"]
    list_select_related = ["station", "officer"]
