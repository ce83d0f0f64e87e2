"""Where else somebody goes whom no route of the plan fits: ground, basis, window. Pure data."""

from dataclasses import dataclass

WINDOW = "现户籍拟迁入地派出所户籍窗口,或市公安局办证中心(金山大道80号)"
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
