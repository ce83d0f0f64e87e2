"""Whatever a client sends, a page answers: never a fault of ours, and nothing comes back as markup.

`PROOF=1` sends many more.
"""

import os

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from applications.models import Attachment
from applications.policy.parameters import SHIPPED
from applications.policy.routes import ROUTES
from applications.workflow import MOVES, State
from reports.demonstration.cases import PATHS
from tests import factories
from tests.pages import Page
from tests.scans import jpeg, pdf, png

pytestmark = pytest.mark.django_db

EXAMPLES = 400 if os.environ.get("PROOF") else 12
MARK = "zq<script>alert('zq')</script>"
NASTY = (
    MARK,
    "\"'><img src=x onerror=alert(1)>",
    "\x00",
    "张\x00三",
    "\x01\x1b[31m\x7f\x85",
    "\u202e\u2066反\u2069",
    "\ufeff\u200b\u2060",
    "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
    "𠮷" * 300,
    "长" * 5000,
    "=cmd|' /C calc'!A0",
    "@SUM(1+1)",
    "{{ 7*7 }}{% debug %}",
    "'; DROP TABLE applications_application; --",
    "%s%d%(x)s",
    "../../../../etc/passwd",
    "²",
    "٣",
    "NaN",
    "Infinity",
    "1e999999",
    "-0",
    "9" * 4000,
    "0x1f",
    "null",
    "on",
    "yes",
    "2026-02-30",
    "9999-12-31",
    "0001-01-01",
    "+292278994-08-17",
    "00000000-0000-0000-0000-000000000000",
    "522601-DSZ-2026-000187-E",
    "430104199001011234",
    "43010419900101123x",
    " ",
    "",
)
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)
TEXT = st.sampled_from(NASTY) | ANY_TEXT
MANY = st.lists(TEXT, max_size=3)
COUNTS = st.sampled_from(["0", "1", "2", "21", "41", "999999", "-1", "abc", "", "1.5", "٣"])


def hostile(function):
    return settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=not os.environ.get("PROOF"),
        suppress_health_check=list(HealthCheck),
    )(function)


def answered(response):
    """An answer of the desk's own, in which nothing that was sent is markup."""
    assert response.status_code in (200, 302, 400, 403, 404, 409), response.status_code
    if response.get("Content-Type", "").startswith("text/html"):
        shown = response.content.decode()
        assert "<script>alert" not in shown
        assert "<img src=x" not in shown
    return response


def fields_of(client, address, *names):
    """The names of the fields of the page's form, as they are now."""
    forms = Page(client.get(address).content.decode()).forms
    return next(dict(form.fields) for form in forms if set(names) <= set(form.fields))


class Hostile:
    """An officer logged in at a station; all examples of a test share its transaction."""

    @pytest.fixture(autouse=True)
    def _at_the_window(self, desk):
        self.desk, self.client = desk, factories.client_of(desk.clerk)

    def post(self, name, data, *args):
        return answered(self.client.post(reverse(f"desk:{name}", args=args), data))

    def case(self, route="education", state=State.DRAFT, **told):
        return factories.application(route, state=state, desk=self.desk, **told)


class TestIntake(Hostile):
    NAMES = ("number", "name", "name_typed", "division", "hukou_kind", "route", "ground")

    @hostile
    @given(st.dictionaries(st.sampled_from(NAMES), TEXT | MANY))
    def test_the_number_typed(self, data):
        self.post("intake", data)
        self.post("refer", data)

    @hostile
    @given(st.sampled_from([*ROUTES, "nonsense", "\x00"]), st.data())
    def test_a_start(self, route, data):
        names = [*self.NAMES, *(f"enterprise-{name}" for name in ("code", "name", "phone"))]
        sent = data.draw(st.dictionaries(st.sampled_from(names), TEXT | MANY))
        self.post("start", sent | {"route": route})

    @hostile
    @given(TEXT, TEXT)
    def test_a_good_number_with_anything_beside_it(self, name, division):
        number = factories.identity_number()
        told = {"number": number, "name": name, "division": division, "route": "bravery"}
        self.post("intake", told)
        self.post("start", told)

    @hostile
    @given(TEXT)
    def test_divisions(self, text):
        answered(self.client.get(reverse("desk:divisions"), {"q": text}))


COMPANION = [
    f"companions-{{}}-{name}"
    for name in (
        *("number", "name", "division", "hukou_kind", "origin", "relationship"),
        *("living", "without_number", "birth_date", "sex", "remove"),
    )
]
MOVE_FIELDS = (
    *("version", "reason", "missing", "supplement_by", "ground", "findings"),
    *("clauses", "on", "receipt", "kind", "number", "why"),
    *("compared", "compared_on", "came", "facts"),
)


def rows(place):
    """Any of a companion's fields, with anything in them."""
    return st.dictionaries(st.sampled_from([name.format(place) for name in COMPANION]), TEXT)


class TestTheCase(Hostile):
    @hostile
    @given(st.sampled_from(sorted(ROUTES)), st.data())
    def test_a_whole_dossier(self, route, data):
        """The page's own fields, some of them with hostile text, some left out."""
        case = self.case(route)
        address = reverse("desk:case", args=[case.pk])
        fields = fields_of(self.client, address, "version", "place-town")
        changed = data.draw(st.dictionaries(st.sampled_from(sorted(fields)), TEXT | MANY))
        dropped = data.draw(st.sets(st.sampled_from(sorted(fields)), max_size=4))
        sent = {name: value or "" for name, value in (fields | changed).items()}
        for name in dropped:
            del sent[name]
        sent["then"] = data.draw(st.sampled_from(["", *MOVES]) | TEXT)
        answered(self.client.post(reverse("desk:verdict", args=[case.pk]), sent))
        answered(self.client.post(address, sent))

    @hostile
    @given(COUNTS, COUNTS, st.data())
    def test_a_tampered_count_of_companions(self, total, initial, data):
        case = self.case(companions=[factories.companion()])
        address = reverse("desk:case", args=[case.pk])
        fields = fields_of(self.client, address, "version", "place-town")
        sent = {name: value or "" for name, value in fields.items()}
        sent |= {"companions-TOTAL_FORMS": total, "companions-INITIAL_FORMS": initial}
        sent |= data.draw(rows(1))
        answered(self.client.post(reverse("desk:verdict", args=[case.pk]), sent))
        answered(self.client.post(address, sent))

    def test_a_million_rows_are_refused_before_they_are_built(self):
        case = self.case()
        address = reverse("desk:case", args=[case.pk])
        fields = fields_of(self.client, address, "version", "place-town")
        sent = {name: value or "" for name, value in fields.items()}
        answer = self.client.post(address, sent | {"companions-TOTAL_FORMS": "999999"})
        assert answered(answer).content.count(b'class="companion"') < 60

    @hostile
    @given(st.sampled_from([*MOVES, "nonsense"]), st.sampled_from(sorted(PATHS)), st.data())
    def test_the_form_of_every_move_in_every_state(self, name, state, data):
        case = self.case(state=state, companions=[factories.companion()])
        self.client.force_login(self.desk.officer_for(name))
        members = [str(member.pk) for member in case.members.all()]
        names = [*MOVE_FIELDS, *(f"admission_{pk}" for pk in members), f"why_{members[-1]}"]
        sent = data.draw(st.dictionaries(st.sampled_from(names), TEXT | MANY))
        answered(self.client.get(reverse("desk:move", args=[case.pk, name])))
        self.post("move", sent, case.pk, name)
        self.post("move", {"version": case.version} | sent, case.pk, name)

    def test_ids_that_do_not_exist_or_are_anothers_are_not_found(self):
        theirs = factories.application(desk=factories.desk("炉山派出所"))
        unknown = "00000000-0000-4000-8000-000000000000"
        for pk in (unknown, theirs.pk, theirs.applicant_id, theirs.evidence.first().pk):
            for name in ("case", "evidence", "scan", "person"):
                page = self.client.get(reverse(f"desk:{name}", args=[pk]))
                assert answered(page).status_code == 404
            for name in ("case", "verdict", "evidence", "remove-scan", "reveal", "tail"):
                assert self.post(name, {"field": "number"}, pk).status_code == 404

    @hostile
    @given(st.data())
    def test_ids_of_another_case_inside_the_form(self, data):
        mine, other = self.case(), factories.desk("炉山派出所")
        theirs = factories.application(desk=other, companions=[factories.companion()])
        address = reverse("desk:case", args=[mine.pk])
        fields = fields_of(self.client, address, "version", "place-town")
        sent = {name: value or "" for name, value in fields.items()}
        sent |= {
            "companions-TOTAL_FORMS": "1",
            "companions-0-member_id": str(theirs.members.last().pk),
            f"evidence-state_{theirs.evidence.first().pk}": "copy",
        }
        sent |= data.draw(rows(0))
        answered(self.client.post(address, sent))
        assert theirs.members.count() == 2
        assert not theirs.evidence.filter(state="copy").exists()


FILES = st.sampled_from([b"", b"\x00" * 99, MARK.encode(), pdf(), jpeg(), png()[:99]])


class TestEvidence(Hostile):
    @hostile
    @given(st.dictionaries(st.sampled_from(["state", "until", "upload"]), TEXT | MANY))
    def test_how_a_paper_was_met(self, told):
        item = self.case().evidence.first()
        named = {f"{n}_{item.pk}" if n != "upload" else n: value for n, value in told.items()}
        self.post("evidence", named, item.pk)

    @hostile
    @given(FILES | st.binary(max_size=300), TEXT.filter(bool))
    def test_a_file(self, content, name):
        item = self.case().evidence.first()
        try:
            file = SimpleUploadedFile(name, content)
        except Exception:  # noqa: BLE001 - a name that no client of Django can send
            return
        self.post("evidence", {"upload": "1", "file": file}, item.pk)
        for kept in Attachment.objects.all():
            answered(self.client.get(reverse("desk:scan", args=[kept.pk])))

    @hostile
    @given(TEXT)
    def test_text_in_place_of_a_file(self, text):
        item = self.case().evidence.first()
        self.post("evidence", {"upload": "1", "file": text}, item.pk)


class TestPeople(Hostile):
    @hostile
    @given(TEXT)
    def test_a_search(self, text):
        self.case()
        self.post("search", {"q": text})

    @hostile
    @given(TEXT, TEXT, TEXT)
    def test_the_tail_and_the_reveal(self, text, reason, field):
        person = self.case().applicant
        self.post("tail", {"tail": text, "case": reason}, person.pk)
        self.post("reveal", {"field": field, "reason": reason}, person.pk)
        self.post("reveal", {"field": "address", "reason": reason}, person.pk)

    @hostile
    @given(
        st.dictionaries(
            st.sampled_from(["state", "route", "station", "lane", "page", "all", "tab"]), TEXT
        )
    )
    def test_the_filters_of_the_worklist(self, chosen):
        self.client.force_login(self.desk.approver)
        answered(self.client.get(reverse("desk:work"), chosen))

    @pytest.mark.parametrize("text", NASTY, ids=range(len(NASTY)))
    def test_each_known_troublemaker_everywhere(self, text):
        case = self.case()
        item = case.evidence.first()
        self.post("search", {"q": text})
        self.post("tail", {"tail": text, "case": text}, case.applicant_id)
        self.post("reveal", {"field": "phone", "reason": text}, case.applicant_id)
        self.post("intake", dict.fromkeys(TestIntake.NAMES, text))
        self.post("start", dict.fromkeys(TestIntake.NAMES, text) | {"route": "talent"})
        self.post("evidence", {f"state_{item.pk}": text, f"until_{item.pk}": text}, item.pk)
        answered(self.client.get(reverse("desk:work"), {"station": text}))
        chosen = dict.fromkeys(("state", "route", "lane", "page"), text)
        answered(self.client.get(reverse("desk:work"), chosen))
        address = reverse("desk:case", args=[case.pk])
        fields = fields_of(self.client, address, "version", "place-town")
        fixed = {name: fields[name] for name in fields if "_FORMS" in name}
        answered(self.client.post(address, dict.fromkeys(fields, text) | fixed))
        kept = {name: value or "" for name, value in fields.items()}
        for name in ("place-address", "applicant-origin"):
            answered(self.client.post(address, kept | {name: text}))

    def test_what_is_kept_comes_back_as_text(self):
        entry = factories.person_entry(name=MARK[:20], address=MARK)
        case = self.case(applicant=entry, address=MARK, note=MARK)
        for name, pk in (("case", case.pk), ("person", case.applicant_id)):
            answered(self.client.get(reverse(f"desk:{name}", args=[pk])))
        self.post("reveal", {"field": "address", "reason": "核对"}, case.applicant_id)
        self.post("search", {"q": MARK[:20]})


class TestTheOtherPages(Hostile):
    PARAMETER = ("name", "from_day", "ends", "value", "document", "reason")

    @pytest.mark.parametrize("text", NASTY, ids=range(len(NASTY)))
    def test_the_lists_of_the_admin(self, text):
        self.case()
        for model in ("applications_application", "kaili_hukou_person"):
            address = reverse(f"admin:{model}_changelist")
            for name in ("q", "p", "o", "state__exact"):
                answered(self.client.get(address, {name: text}))

    @hostile
    @given(st.sampled_from(sorted(ROUTES)), st.data())
    def test_the_public_page(self, route, data):
        address = reverse("desk:self-check", args=[route])
        fields = fields_of(self.client, address, "person-division")
        changed = data.draw(st.dictionaries(st.sampled_from(sorted(fields)), TEXT | MANY))
        sent = {name: value or "" for name, value in (fields | changed).items()}
        answered(self.client.post(address, sent))
        answered(self.client.get(address, sent))

    @hostile
    @given(st.dictionaries(st.sampled_from(PARAMETER), TEXT | MANY))
    def test_a_change_of_a_parameter(self, told):
        self.client.force_login(self.desk.approver)
        self.post("parameters", told)
        good = {"name": next(iter(SHIPPED.by_name)), "from_day": "2026-01-01"}
        self.post("parameters", good | told)
