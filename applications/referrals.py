"""Where else somebody goes whom no route of the plan fits: ground, basis, window. Pure data."""

from dataclasses import dataclass

from kaili_hukou.divisions import KAILI

WINDOW = "拟迁入地派出所户籍窗口,或市公安局办证中心(金山大道80号)"
REGISTRATION = "户口登记条例及省、州户口迁移规定"


@dataclass(frozen=True, slots=True)
class Elsewhere:
    code: str
    title: str
    basis: str
    window: str = WINDOW
    bring: str = "本人身份证件、户口簿"


REFERRALS = (
    Elsewhere(
        "within_city",
        "市内迁移(购房优先)",
        "三(一)6(4);户口登记条例",
        "拟迁入地派出所户籍窗口,当场办理",
        "身份证件、户口簿、房产或投靠材料",
    ),
    Elsewhere(
        "joining", "投靠配偶、父母、子女", REGISTRATION, bring="身份证件、户口簿、亲属关系材料"
    ),
    Elsewhere("transfer", "录用、调动", REGISTRATION, bring="身份证件、户口簿、录用或调动文件"),
    Elsewhere("student", "大中专学生迁移", REGISTRATION, bring="身份证件、录取通知书或毕业证"),
    Elsewhere("restore", "复籍、恢复户口", REGISTRATION, bring="身份证件、注销或迁出的证明"),
    Elsewhere("household", "一般立户、分户", REGISTRATION, bring="身份证件、户口簿、房产材料"),
)

# An enterprise joins nobody, and who goes back to his origin asks for no place here.
NOT_FOR = frozenset({"collective", "pupil_return"})


@dataclass(frozen=True, slots=True)
class OtherDoors:
    """What is told with every 不符合本方案. `within_city`: moved on the spot, who bought first."""

    grounds: tuple[Elsewhere, ...] = ()
    within_city: bool = False


def other_doors(division: str | None, route: str = "") -> OtherDoors:
    """三(一)6(4): whoever is registered in Kaili moves within the city, by no route of the plan."""
    if route in NOT_FOR:
        return OtherDoors()
    if division == KAILI:
        return OtherDoors(REFERRALS, within_city=True)
    # Where the division is not known yet, it may still be Kaili.
    return OtherDoors(REFERRALS[1:] if division else REFERRALS)
