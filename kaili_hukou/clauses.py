"""The numbered clauses of the plan and of 居住证暂行条例, and what of this system covers each.

The plan is 《凯里市推动非户籍人口在城市落户实施方案》(征求意见稿,2019年5月23日). A rule
cites a clause through `cite`, so that a citation that does not exist is an error at import.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

Coverage = Literal["rule", "invariant", "register", "planned"]

PLAN: Final = "凯里市推动非户籍人口在城市落户实施方案(征求意见稿,2019-05-23)"
PERMIT_REGULATION: Final = "居住证暂行条例"


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause, the bureaus that it names, and what covers it (`where`: file and name)."""

    code: str
    title: str
    text: str
    coverage: Coverage
    where: str
    lead: tuple[str, ...] = ()
    support: tuple[str, ...] = ()


class UnknownClause(LookupError):
    """A citation of a clause that is not numbered in `clauses.py`."""


def cite(code: str) -> str:
    """The code of a clause that exists; UnknownClause otherwise."""
    if code not in CLAUSES:
        raise UnknownClause(f"没有编号为“{code}”的条款,请对照 kaili_hukou/clauses.py 的编号改正。")
    return code


_POLICE = "市公安局"
_FINANCE = "市财政局"
_REFORM = "市发展改革局"
_LAND = "市自然资源局"
_BUILDING = "市住房城乡建设局"
_HOUSING = "市房产局"
_FUND = "市住房公积金管理中心"
_SCHOOLS = "市教育科技局"
_CIVIL = "市民政局"
_LABOUR = "市人力资源社会保障局"
_HEALTH = "市卫生健康局"
_INSURANCE = "市医疗保障局"
_FARMING = "市农业农村局"
_RELOCATION = "市扶贫办(市生态移民局)"
_STATISTICS = "市统计局"
_AUDIT = "市审计局"
_PERSONNEL = "市委组织部"
_POSTS = "市委编办"
_TOWNS = "各镇(街道)"

_ADMISSION = (_POLICE,)
_ADMISSION_SUPPORT = (_PERSONNEL, _LABOUR, _POSTS, _HOUSING, _SCHOOLS)
_ROUTES = "applications/policy/routes.py::ROUTES"


def _admission(code: str, title: str, text: str, where: str, coverage: Coverage = "rule") -> Clause:
    """A clause of 三(一), whose bureaus are named once for all."""
    return Clause(code, title, text, coverage, where, _ADMISSION, _ADMISSION_SUPPORT)


_PLAN_CLAUSES = (
    Clause(
        "公告",
        "公开征求意见",
        "本公告有效期为公告之日起7日内,可通过信函、电子邮件反映意见;个人应签署真实姓名、住址及联系方式,"
        "单位应加盖公章,注明联系人及联系方式。",
        "register",
        "reports/models/consultation.py",
        _ADMISSION,
    ),
    Clause(
        "二",
        "工作目标",
        "到2022年,全市户籍人口增长至100万左右,户籍人口城镇化率提高到50%以上。",
        "register",
        "reports/models/indicators.py",
    ),
    _admission(
        "三(一)",
        "调整户籍准入迁移政策",
        "调整户籍准入迁移政策。",
        _ROUTES,
    ),
    _admission(
        "三(一)1",
        "降低省外户籍人口落户门槛",
        "取消只能凭购房和交缴社保入户的准入限制,放宽就学、居住、就业等方式的落户条件。",
        "tests/test_coverage_of_plan.py::test_no_route_requires_both_a_home_and_insurance",
        "invariant",
    ),
    _admission(
        "三(一)1(1)",
        "省外·就学",
        "凡在我市取得三年以上学籍的省外户籍人口,可凭三年连续居住证、三年连续学籍证明,申报我市户籍落户,"
        "户口登记在辖区派出所公共户。",
        f"{_ROUTES}['schooling']",
    ),
    _admission(
        "三(一)1(2)",
        "省外·学历",
        "凡具有教育部承认大专学历以上的省外户籍人口,本人及其共同居住生活的配偶、未成年子女、父母等,"
        "可申报我市户籍落户,户口登记在辖区派出所公共户。",
        f"{_ROUTES}['education']",
    ),
    _admission(
        "三(一)1(3)",
        "省外·居住和社保",
        "凡在我市居住半年以上、连续社保半年以上的省外户籍人口,本人及其共同居住生活的配偶、未成年子女、"
        "父母等,可申报我市户籍落户,户口登记在辖区派出所公共户。",
        f"{_ROUTES}['residence']",
    ),
    _admission(
        "三(一)1(4)",
        "省外·购房",
        "2019年以后凡在我市购买面积为人均20㎡以上房产的省外户籍人口,本人及其共同居住生活的配偶、子女、"
        "父母等直系亲属可以申报我市户籍落户。",
        f"{_ROUTES}['home_purchase']",
    ),
    _admission(
        "三(一)2",
        "省内其他县市",
        "在我市无合法有效房产、无投靠对象的省内其他县市户籍人口,可凭申请书、无房证明,本人及其共同居住生活"
        "的配偶、未成年子女、父母等,可申报我市户籍落户,户口登记在辖区派出所公共户。",
        f"{_ROUTES}['in_province']",
    ),
    _admission(
        "三(一)3",
        "人才引进",
        "可凭组织人事部门出具的人才引进证明,本人及其共同居住生活的配偶、子女、父母等,可申报我市户籍落户,"
        "户口登记在辖区派出所公共户;人才主管部门要加强对人才职业资格的复核审查力度。",
        f"{_ROUTES}['talent']",
    ),
    _admission(
        "三(一)4",
        "财政供养人员户口清理",
        "对州直机关、市直机关、国有企业的财政供养人员的户口进行清理,推动落实户口仍在农村的财政供养人员"
        "在城镇就业地落户。",
        f"{_ROUTES}['public_payroll']",
    ),
    _admission(
        "三(一)5",
        "取消重点群体落户限制",
        "对移民搬迁落户、军人转业安置落户、人才引进落户、见义勇为入户等重点群体落户取消户内人均20㎡的"
        "落户限制。",
        "tests/test_coverage_of_plan.py::test_no_area_is_asked_of_the_four_key_groups",
        "invariant",
    ),
    _admission(
        "三(一)6",
        "绿色通道入户",
        "对移民搬迁落户、军人转业安置落户、人才引进落户、见义勇为入户、购房入户等落户一律开绿灯。",
        f"{_ROUTES}['bravery']",
    ),
    _admission(
        "三(一)6(1)",
        "移民搬迁",
        "由市扶贫办(市生态移民局)提供自愿落户花名册,由户籍窗口将本人及其共同居住生活的配偶、未成年子女、"
        "父母等迁入我市落户。",
        f"{_ROUTES}['relocation']",
    ),
    _admission(
        "三(一)6(2)",
        "军转安置",
        "由市民政局提供安置文件及花名册,优先为其办理落户。",
        f"{_ROUTES}['veteran']",
    ),
    _admission(
        "三(一)6(3)",
        "人才引进(绿色通道)",
        "由市人力资源社会保障局提供人才引进文件及花名册,优先为其办理落户。",
        "applications/policy/conditions.py::TALENT_PROOF",
    ),
    _admission(
        "三(一)6(4)",
        "购房入户",
        "凡在本市购房的,优先为其办理落户。",
        f"{_ROUTES}['home_purchase']",
    ),
    _admission(
        "三(一)7",
        "企业集体户",
        "对于外来人员在凯创办的企业,凡具有合法固定经营场所,且符合有关集体户办理规定的,给予优先办理"
        "集体户。",
        f"{_ROUTES}['collective']",
    ),
    _admission(
        "三(一)8",
        "义务教育在校生",
        "对在我市已申报入学的九年义务教育的在校学生,自愿将户口迁入就读地落户,毕业后,可迁回原籍。",
        f"{_ROUTES}['pupil']、['pupil_return']",
    ),
    Clause(
        "三(二)",
        "居住证制度全覆盖",
        "贯彻落实《居住证暂行条例》,做好居住证的申领受理、制作、发放、签注等证件管理工作,积极引导居住证"
        "持有人在居住地落户。",
        "rule",
        "residence_permits/terms.py::timeline",
        _ADMISSION,
        (_FINANCE, _BUILDING, _SCHOOLS, _CIVIL, _LABOUR, _HEALTH, _RELOCATION, _INSURANCE),
    ),
    Clause(
        "三(三)1",
        "财政支持",
        "加大对农业转移人口市民化的财政支持力度并建立动态调整机制。",
        "register",
        "reports/models/returns.py",
        (_FINANCE,),
    ),
    Clause(
        "三(三)2",
        "建设资金倾斜",
        "实施并完善市级财政预算安排向吸纳农业转移人口落户数量较多镇(街道)倾斜的政策。",
        "register",
        "reports/yearly_tables.py",
        (_FINANCE, _TOWNS),
        (_BUILDING, _REFORM),
    ),
    Clause(
        "三(三)3",
        "建设用地挂钩",
        "依据土地利用总体规划和上一年度进城落户人口数量,合理统筹安排城镇新增建设用地计划指标。",
        "register",
        "reports/yearly_tables.py",
        (_LAND, _BUILDING, _TOWNS),
        (_REFORM, _POLICE, _LABOUR),
    ),
    Clause(
        "三(三)4",
        "维护“三权”",
        "不得强行要求进城落户农民退出其在农村的土地承包权、宅基地使用权、集体收益分配权,或将其作为进城"
        "落户条件。",
        "invariant",
        "tests/applications/policy/test_evidence.py::test_nothing_asks_to_give_up_the_three_rights",
        (_FARMING,),
        (_LAND,),
    ),
    Clause(
        "三(三)5",
        "住房保障",
        "将进城落户农民完全纳入城镇住房保障体系。",
        "rule",
        "applications/duties_after.py::DUTIES",
        (_HOUSING, _FUND),
    ),
    Clause(
        "三(三)6",
        "基本医疗保险",
        "进城落户农民在农村参加的基本医疗保险可规范接入城镇基本医疗保险。",
        "rule",
        "applications/duties_after.py::DUTIES",
        (_INSURANCE,),
    ),
    Clause(
        "三(三)7",
        "养老保险和低保",
        "落实进城落户农民参加城镇养老保险等政策,确保符合条件的同等享有最低生活保障的权利。",
        "rule",
        "applications/duties_after.py::DUTIES",
        (_LABOUR, _CIVIL),
    ),
    Clause(
        "三(三)8",
        "子女受教育权利",
        "保障进城落户农民子女平等享有受教育权利,学籍信息与户籍人口信息数据对接。",
        "rule",
        "applications/duties_after.py::DUTIES",
        (_SCHOOLS,),
        (_POLICE, _FINANCE, "各镇"),
    ),
    Clause(
        "四(一)",
        "组织领导和年度报告",
        "各项配套政策原则上须于本方案印发之日起三个月内出台实施;相关单位贯彻落实情况于每年12月10号前报"
        "市户改办汇总报市人民政府。",
        "register",
        "reports/models/annual.py",
        _ADMISSION,
        (_SCHOOLS, _RELOCATION, _BUILDING, _CIVIL, _LABOUR),
    ),
    Clause(
        "四(二)",
        "落户统计体系",
        "准确快捷反映常住人口城镇化率和户籍人口城镇化率变动状况,列入全市统计公报。",
        "register",
        "reports/models/indicators.py",
        (_STATISTICS,),
        (_REFORM, _BUILDING, _POLICE),
    ),
    Clause(
        "四(三)",
        "督查评估",
        "每年组织开展一次专项督查评估,并及时公布有关情况;2020年进行中期督查评估,2022年进行总结评估。",
        "register",
        "reports/models/evaluation.py",
        (_POLICE, _REFORM),
    ),
    Clause(
        "四(四)",
        "审计监督",
        "将落户情况和配套政策实施情况纳入跟踪审计范围,将审计结果整改情况作为考核、任免、奖惩的重要依据。",
        "register",
        "reports/audit_export.py",
        (_AUDIT,),
    ),
    Clause(
        "四(五)",
        "经费保障",
        "各牵头单位做好经费测算、预算,落实好相关财政支出。",
        "register",
        "reports/models/returns.py",
        ("各牵头单位",),
        (_FINANCE,),
    ),
)


def _regulation(
    article: str, title: str, text: str, where: str, coverage: Coverage = "planned"
) -> Clause:
    return Clause(f"{PERMIT_REGULATION} {article}", title, text, coverage, where)


_REGULATION_CLAUSES = (
    _regulation(
        "第二条",
        "申领条件",
        "离开常住户口所在地到其他城市居住半年以上,有合法稳定就业、合法稳定住所、连续就读条件之一的,"
        "可以申领居住证。",
        "residence_permits/conditions.py::obstacles",
        "rule",
    ),
    _regulation(
        "第八条",
        "受理和签发机关",
        "公安机关负责居住证的申领受理、制作、发放、签注等证件管理工作。",
        "residence_permits/actions/endorsing.py::endorse",
        "rule",
    ),
    _regulation(
        "第九条",
        "申领材料和期限",
        "材料不全的一次性告知;自受理之日起15日内制作发放,特殊情况最长不超过30日。",
        "residence_permits/conditions.py::missing",
        "rule",
    ),
    _regulation(
        "第十条",
        "签注、中止和连续计算",
        "居住证每年签注1次,在居住每满1年之日前1个月内办理签注;逾期未办的使用功能中止,补办签注手续的"
        "恢复使用功能,居住年限自补办签注手续之日起连续计算。",
        "residence_permits/terms.py::timeline",
        "rule",
    ),
    _regulation(
        "第十一条",
        "换领和补领",
        "居住证损坏难以辨认或者丢失的,应当换领、补领;换领新证时应当交回原证。",
        "residence_permits/actions/producing.py::renew",
        "rule",
    ),
    _regulation(
        "第十五条",
        "自愿落户",
        "居住证持有人符合居住地人民政府规定的落户条件的,可以根据本人意愿将常住户口迁入居住地。",
        "applications/actions/prospecting.py::look_at_all",
        "rule",
    ),
    _regulation(
        "第十六条",
        "落户条件不得设置面积要求",
        "城区人口50万至100万的城市,对合法稳定住所不得设置住房面积、金额等要求。",
        "applications/policy/parameters.py::AREA_PER_HEAD",
        "rule",
    ),
    _regulation(
        "第二十一条",
        "费用",
        "首次申领居住证免收证件工本费;换领、补领缴纳工本费;办理签注手续不得收取费用。",
        "residence_permits/actions/producing.py::renew",
        "rule",
    ),
)

CLAUSES: Final[Mapping[str, Clause]] = MappingProxyType(
    {clause.code: clause for clause in (*_PLAN_CLAUSES, *_REGULATION_CLAUSES)}
)
