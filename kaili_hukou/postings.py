"""Who serves where, as what, on which days: the dated rows that scope and moves follow."""

import datetime
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q

from kaili_hukou import audit
from kaili_hukou.actions import Refused
from kaili_hukou.models import Bureau, Officer, PoliceStation, Posting, Relative, Town
from kaili_hukou.models.people import number_digest
from kaili_hukou.models.staff import PLACED
from kaili_hukou.roles import POLICE, Role
from kaili_hukou.scope import ScopedQuerySet

ONE_DAY = datetime.timedelta(days=1)
# A deputy or second officer is appointed for a year at most; then anew.
LONGEST = datetime.timedelta(days=366)
# What a deputy or a second officer may be at a station: both are sworn.
LENT_ROLES = (Role.WINDOW, Role.STATION_HEAD)


@dataclass(frozen=True, slots=True)
class Post:
    """Where somebody is to serve, as what, from which day to which (both included)."""

    role: str
    since: datetime.date
    station: PoliceStation | None = None
    town: Town | None = None
    bureau: Bureau | None = None
    kind: str = Posting.Kind.REGULAR
    until: datetime.date | None = None
    authority: str = ""

    @classmethod
    def as_registered(cls, officer: Officer, since: datetime.date) -> "Post":
        """The regular post that the account itself names."""
        return cls(since=since, **{name: getattr(officer, name) for name in PLACED})


def in_force(on: datetime.date) -> Q:
    return Q(since__lte=on) & (Q(until__isnull=True) | Q(until__gte=on))


def postings_on(officer: Officer, on: datetime.date) -> list[Posting]:
    """Those in force on a day, the regular one first."""
    rows = Posting.objects.filter(in_force(on), officer=officer)
    found = list(rows.select_related("station", "town", "bureau").order_by("since", "pk"))
    return sorted(found, key=lambda row: row.kind != Posting.Kind.REGULAR)


def serving_at(station: PoliceStation, on: datetime.date) -> ScopedQuerySet:
    """The postings at a station that are in force or still to come."""
    rows = Posting.objects.filter(Q(until__isnull=True) | Q(until__gte=on), station=station)
    return rows.filter(officer__is_active=True).select_related("officer", "appointed_by", "station")


@transaction.atomic
def appoint(
    officer: Officer, post: Post, *, on: datetime.date, by: Officer | None = None
) -> Posting:
    """A new posting. A regular one ends the regular one before it, and the account names it."""
    # Two heads at once: the second waits here and then finds the posting of the first.
    Officer.objects.select_for_update().get(pk=officer.pk)
    if post.kind == Posting.Kind.REGULAR:
        return _post_regularly(officer, post, on, by)
    _check_lent(officer, post, on, by)
    return _posted(officer, post, by)


def _post_regularly(officer: Officer, post: Post, on: datetime.date, by: Officer | None) -> Posting:
    if post.since > on:
        raise Refused("任职从生效当日登记;要提前到岗的,先登记为协办。")
    held = officer.postings.filter(Q(until__isnull=True) | Q(until__gte=post.since))
    if held.filter(kind=Posting.Kind.REGULAR, since__gt=post.since).exists():
        raise Refused(f"{officer.name}在 {post.since} 以后已有任职,新任职不能更早。")
    # With the old post go the deputy's and second officer's posts that were given to it.
    for before in held:
        _end_before(before, post.since)
    made = _posted(officer, post, by)
    Officer.objects.filter(pk=officer.pk).update(**{name: getattr(post, name) for name in PLACED})
    if officer.posting is None:
        for name in PLACED:
            setattr(officer, name, getattr(post, name))
    return made


def _end_before(posting: Posting, day: datetime.date) -> None:
    """Its last day is the one before `day`; one that has no day left goes, the record stays."""
    if posting.since >= day:
        audit.record("结束任职", posting, changes={"since": (str(posting.since), "")})
        posting.delete()
        return
    audit.record("结束任职", posting, changes={"until": (str(posting.until), str(day - ONE_DAY))})
    posting.until = day - ONE_DAY
    posting.save(update_fields=["until"])


def _posted(officer: Officer, post: Post, by: Officer | None) -> Posting:
    values = {name: getattr(post, name) for name in Post.__dataclass_fields__}
    made = Posting.objects.create(officer=officer, appointed_by=by, **values)
    shown = {"posting": ("", f"{made} {made.since} 至 {made.until or '不限'}")}
    audit.record("安排任职", made, changes=shown, reason=made.authority)
    return made


def _check_lent(officer: Officer, post: Post, on: datetime.date, by: Officer | None) -> None:
    """A deputy's or second officer's posting: sworn, dated, authorised, by another, once."""
    if by is not None and by.pk == officer.pk:
        raise Refused("不能给自己安排代理或协办,请由所领导或户政科的其他人安排。")
    if not officer.is_active:
        raise Refused(f"{officer.name}的账号已停用,不能安排。")
    held = postings_on(officer, on)
    regular = next((row for row in held if row.kind == Posting.Kind.REGULAR), None)
    if regular is None or regular.role not in POLICE:
        raise Refused(f"{officer.name}现在的本职不是民警,不能代理或协办。")
    if post.station is None or post.role not in LENT_ROLES:
        raise Refused("代理、协办须在一个派出所,身份为窗口民警或所领导。")
    at_home = regular.station_id == post.station.pk
    if at_home != (post.kind == Posting.Kind.DEPUTY):
        raise Refused(
            "代理限本所民警;外所或户政科的民警请选「协办」。"
            if post.kind == Posting.Kind.DEPUTY
            else "本所民警不作协办;要临时代行职务的请选「代理」。"
        )
    _check_days(officer, post, on)


def _check_days(officer: Officer, post: Post, on: datetime.date) -> None:
    if not post.authority.strip() or post.until is None:
        raise Refused("代理、协办须写明授权(文号、批准人)和止日。")
    if post.until < post.since or post.until < on:
        raise Refused("止日不能早于起日,也不能早于今天。")
    if post.until - post.since > LONGEST:
        raise Refused("代理、协办一次最长一年,到期再安排。")
    again = officer.postings.filter(
        station=post.station, role=post.role, since__lte=post.until
    ).exclude(until__lt=post.since)
    if again.exists():
        raise Refused(f"{officer.name}在这段日子已有同样的任职,请先结束那一条或改日期。")


@transaction.atomic
def end_posting(posting: Posting, *, on: datetime.date, by: Officer) -> None:
    """A deputy's or second officer's last day is `on`; what has not begun is taken back."""
    held = Posting.objects.select_for_update().filter(pk=posting.pk).first()
    if held is None:
        raise Refused("这条安排已被撤回。")
    if held.kind == Posting.Kind.REGULAR:
        raise Refused("本职由系统管理员在人员页调整;离岗的请停用账号。")
    if held.officer_id == by.pk:
        raise Refused("自己的代理、协办由安排的人结束。")
    if held.until is not None and held.until <= on:
        raise Refused(f"这条安排已到 {held.until:%Y-%m-%d} 为止。")
    _end_before(held, on + ONE_DAY)


@transaction.atomic
def declare_relative(
    officer: Officer, number: str, relation: str, *, on: datetime.date
) -> Relative:
    """A near relative whose cases are refused to the officer; only the digest is kept."""
    made, new = Relative.objects.get_or_create(
        officer=officer,
        number_digest=number_digest(number),
        defaults={"relation": relation, "declared_on": on},
    )
    if new:
        audit.record("申报近亲属", officer)
    return made
