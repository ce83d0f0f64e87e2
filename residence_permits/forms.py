"""What the acts on a permit ask for."""

from typing import Any

from django import forms
from import_export.forms import ImportForm

from kaili_hukou.forms import DayField, NumberField
from kaili_hukou.models import Officer, PoliceStation, Town, Village
from residence_permits.actions.cancelling import CardIs, Ground
from residence_permits.actions.endorsing import SHOWN, Looked
from residence_permits.actions.relocating import NewPlace
from residence_permits.models import Basis, Source

# One choice tells the basis and the document: "employment:0". Nothing personal, so it may stand
# in an address.
DOCUMENTS = {
    f"{basis}:{place}": Looked(basis, document)
    for basis, documents in SHOWN.items()
    for place, document in enumerate(documents)
}


def document_choices() -> list[tuple[str, Any]]:
    """Grouped by basis, as a select shows them."""
    return [
        (
            Basis(basis).label,
            [(f"{basis}:{place}", document) for place, document in enumerate(documents)],
        )
        for basis, documents in SHOWN.items()
    ]


class PlaceForm(forms.Form):
    """Where the holder lives now. The station follows from the village, or is the officer's."""

    town = forms.ModelChoiceField(Town.objects.all(), label="镇(街道)", empty_label="请选择")
    village = forms.ModelChoiceField(
        Village.objects.all(), label="村(社区)", required=False, empty_label="未选"
    )
    station = forms.ModelChoiceField(
        PoliceStation.objects.filter(kind=PoliceStation.Kind.STATION),
        label="管辖派出所",
        required=False,
        empty_label="按村(社区),否则为本所",
        help_text="地址在别的派出所辖区的,变更以后由那个派出所管理。",
    )
    address = forms.CharField(label="新的详细地址", max_length=200, strip=True)
    since = DayField(label="入住日期", required=True)
    source = forms.ChoiceField(label="凭据", choices=Source)
    proof = forms.CharField(label="凭据名称、编号", max_length=200, strip=True)

    def place(self, officer: Officer, otherwise: PoliceStation) -> NewPlace:
        data = self.cleaned_data
        village = data["village"]
        station = data["station"] or (village.station if village else None)
        return NewPlace(
            station=station or officer.station or otherwise,
            town=data["town"],
            village=village,
            address=data["address"],
            since=data["since"],
            source=data["source"],
            proof=data["proof"],
        )


class ArrivalForm(PlaceForm):
    """A holder who has moved here from another station's area; both cards are at hand."""

    number = NumberField()
    serial = forms.CharField(label="居住证编号", max_length=30, strip=True)
    field_order = ["number", "serial"]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        del self.fields["station"]

    def place(self, officer: Officer, otherwise: PoliceStation) -> NewPlace:
        self.cleaned_data["station"] = officer.station
        return super().place(officer, otherwise)


class CancelForm(forms.Form):
    ground = forms.ChoiceField(label="注销原因", choices=[("", "请选择"), *Ground.choices])
    card = forms.ChoiceField(
        label="证件", choices=[("", "请选择"), *((one.value, one.label) for one in CardIs)]
    )
    reason = forms.CharField(
        label="说明",
        max_length=200,
        required=False,
        strip=True,
        help_text="凭据名称、日期等;因骗领收缴的,写明查证的事实。",
    )


class OldRecordsForm(ImportForm):
    """存量导入: which records, and the file; there is one format."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["resource"].label = "内容"
        self.fields["resource"].required = True
        self.fields["import_file"].label = "文件"


class DueForm(forms.Form):
    """Which list: how near the end of the window, where."""

    LISTS = (
        ("60", "60 天内截止"),
        ("30", "30 天内截止"),
        ("7", "7 天内截止"),
        ("suspended", "已中止"),
    )
    within = forms.ChoiceField(label="名单", choices=LISTS, required=False)
    town = forms.ModelChoiceField(
        Town.objects.all(), label="镇(街道)", required=False, empty_label="全部"
    )
    village = forms.ModelChoiceField(
        Village.objects.all(), label="村(社区)", required=False, empty_label="全部"
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        town = self.data.get("town", "")
        known = town.isdecimal() and len(town) < 10
        villages = Village.objects.filter(town=town) if known else Village.objects.none()
        self.fields["village"].queryset = villages

    def filters(self) -> list[dict[str, Any]]:
        """What the page offers; communities once a town is chosen."""
        return [
            {
                "name": name,
                "label": field.label,
                "choices": [(str(value), label) for value, label in field.choices],
                "chosen": self.data.get(name, ""),
            }
            for name, field in self.fields.items()
            if name != "village" or self.data.get("town")
        ]

    def chosen(self) -> dict[str, Any]:
        """What can be read of the address; anything else is as if it were not there."""
        self.is_valid()
        told = self.cleaned_data
        return {
            "within": told.get("within") or "60",
            "town": told.get("town"),
            "village": told.get("village"),
        }
