"""The demonstration's officers: every role, three stations, the bureaus that supply rosters."""

import datetime
from dataclasses import dataclass

from django.contrib.auth.hashers import make_password

from kaili_hukou.models import Bureau, Officer, PoliceStation, Posting, Town
from kaili_hukou.postings import Post, appoint
from kaili_hukou.roles import Role


@dataclass(frozen=True, slots=True)
class Account:
    username: str
    name: str
    role: str
    station: str = ""
    bureau: str = ""
    window: str = ""
    police_number: str = ""
    town: str = ""


def _station(code: str, letters: str, town: str) -> tuple[Account, ...]:
    return (
        Account(f"{letters}01", f"{town}辅警甲", Role.AUXILIARY, code, window="窗口01"),
        Account(f"{letters}02", f"{town}民警甲", Role.WINDOW, code, "", "窗口02", f"52{code}02"),
        Account(f"{letters}03", f"{town}民警乙", Role.WINDOW, code, "", "窗口03", f"52{code}03"),
        Account(f"{letters}09", f"{town}所长", Role.STATION_HEAD, code, "", "", f"52{code}09"),
    )


STATIONS = (
    ("大十字派出所", "dsz", "大十字"),
    ("炉山派出所", "ls", "炉山"),
    ("鸭塘派出所", "yt", "鸭塘"),
)
OFFICES = (
    Account("hz01", "户政审批甲", Role.APPROVER, police_number="520001"),
    Account("hz02", "户政审批乙", Role.APPROVER, police_number="520002"),
    Account("hgb01", "户改办经办", Role.REFORM_OFFICE),
    Account("ymj01", "移民局经办甲", Role.BUREAU_CLERK, bureau="市扶贫办"),
    Account("ymj02", "移民局经办乙", Role.BUREAU_CLERK, bureau="市扶贫办"),
    Account("mzj01", "民政局经办", Role.BUREAU_CLERK, bureau="市民政局"),
    Account("rsj01", "人社局经办", Role.BUREAU_CLERK, bureau="市人力资源社会保障局"),
    Account("czj01", "财政局经办", Role.BUREAU_CLERK, bureau="市财政局"),
    Account("lsz01", "炉山镇经办", Role.BUREAU_CLERK, town="炉山镇"),
    Account("sj01", "审计员", Role.AUDITOR),
    Account("xt01", "系统管理员", Role.SYSTEM_ADMIN),
    Account("aq01", "安全管理员", Role.SECURITY_ADMIN),
)


# Since when everybody serves where he serves.
POSTED_ON = datetime.date(2019, 6, 1)
LENT_DAYS = datetime.timedelta(days=30)


def make_accounts(password: str, today: datetime.date) -> dict[str, Officer]:
    """The officers by user name; their password is not forced to change."""
    stations = {row.name: row for row in PoliceStation.objects.all()}
    accounts = [
        account
        for name, letters, town in STATIONS
        for account in _station(stations[name].code, letters, town)
    ] + list(OFFICES)
    by_code = {row.code: row for row in stations.values()}
    hashed = make_password(password)  # once: hashing is slow on purpose
    made = {account.username: _make(account, by_code, hashed) for account in accounts}
    _lend(made, today)
    return made


def _lend(officers: dict[str, Officer], today: datetime.date) -> None:
    """A deputy head, and a second officer from another station."""
    here, head = officers["dsz02"].station, officers["dsz09"]
    for name, kind, role in (
        ("dsz02", Posting.Kind.DEPUTY, Role.STATION_HEAD),
        ("ls03", Posting.Kind.SECOND, Role.WINDOW),
    ):
        post = Post(
            role=role,
            since=today,
            station=here,
            kind=kind,
            until=today + LENT_DAYS,
            authority=f"凯公户〔{today.year}〕演示号",
        )
        appoint(officers[name], post, on=today, by=head)


def _make(account: Account, stations: dict[str, PoliceStation], hashed: str) -> Officer:
    bureau = (
        Bureau.objects.filter(name__startswith=account.bureau).first() if account.bureau else None
    )
    officer = Officer(
        username=account.username,
        name=account.name,
        role=account.role,
        station=stations.get(account.station),
        bureau=bureau,
        town=Town.objects.get(name=account.town) if account.town else None,
        window=account.window,
        police_number=account.police_number,
        is_staff=True,
        is_demo=True,
        password=hashed,
    )
    officer.save()
    appoint(officer, Post.as_registered(officer, POSTED_ON), on=POSTED_ON)
    return officer


def told(officers: dict[str, Officer], password: str) -> list[dict[str, str]]:
    return [
        {
            "username": officer.username,
            "password": password,
            "role": officer.get_role_display(),
            "scope": officer.place,
        }
        for officer in officers.values()
    ]
