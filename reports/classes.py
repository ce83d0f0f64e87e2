"""The classes by which the settled are told apart, with their words. Pure."""

from __future__ import annotations

from typing import Final

from reports.keys import NONE

# Whence somebody comes, as the tables of land and money weigh it.
LEVELS: Final = {
    "outside": "外省",
    "province": "省内他市(州)",
    "prefecture": "州内他县(市)",
    "city": "凯里市内",
    NONE: "无现户籍",
}
FROM_OUTSIDE_THE_CITY: Final = ("outside", "province", "prefecture")
OTHER_COUNTY: Final = ("province", "prefecture")
SEXES: Final = {"1": "男", "2": "女", NONE: "未说明"}
# By the full years of age on the last day of the period: the first year of each band.
AGES: Final = {
    "0": "0至5岁",
    "6": "6至14岁",
    "15": "15至17岁",
    "18": "18至34岁",
    "35": "35至59岁",
    "60": "60岁以上",
    NONE: "未填",
}
TERMS: Final = {"within": "按期", "beyond": "超期"}
# Those of the list of nationalities that have a column of their own; the others share one.
NATIONS: Final = ("01", "06", "12", "09", "25", "07", "15", "37", "22", "13", "08", "03")
UNLISTED: Final = "other"
# 公业58表: whoever moves from town to town inside the city is no increase of its urban people.
COLUMN_OTHER: Final = "22"
COLUMN_INSIDE: Final = "inside"
