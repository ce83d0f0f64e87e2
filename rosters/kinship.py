"""Who somebody of a household is to another of it, told by what each is to its head.

Words of rosters first, then two steps put together. Where the steps leave more than one answer
(a grandchild's parent, a daughter-in-law of two sons) there is none: it is asked.
"""

from __future__ import annotations

from typing import Final

from rosters.cells import folded

HEAD: Final = "head"
# As the case's relationships, and two that only this table needs.
IN_LAW_CHILD, IN_LAW_PARENT = "in_law_child", "in_law_parent"

_WORDS: Final = {
    HEAD: "户主 本人 户主本人 自己",
    "spouse": "配偶 妻 妻子 夫 丈夫 之妻 之夫 老婆 老公 爱人 夫妻",
    "child": "子 女 儿子 女儿 长子 长女 次子 次女 二子 二女 三子 三女 四子 四女 五子 五女 独生子 "
    "独生女 之子 之女 幺儿 幺女 小儿子 小女儿 大儿子 大女儿 子女 孩子 养子 养女 继子 继女 "
    "养子或继子 养女或继女",
    "parent": "父 母 父亲 母亲 父母 之父 之母 养父 养母 继父 继母 继父或养父 继母或养母",
    "grandchild": "孙 孙子 孙女 外孙 外孙子 外孙女 长孙 之孙 孙辈",
    "grandparent": "祖父 祖母 爷爷 奶奶 外祖父 外祖母 外公 外婆 祖父母",
    "sibling": "兄 弟 姐 妹 哥哥 弟弟 姐姐 妹妹 兄弟 姐妹 兄弟姐妹 之兄 之弟 之姐 之妹",
    IN_LAW_CHILD: "儿媳 儿媳妇 女婿 媳 婿",
    IN_LAW_PARENT: "公公 婆婆 岳父 岳母",
    "other": "其他 其他亲属 非亲属 嫂 弟媳 姐夫 妹夫 侄子 侄女 侄儿 外甥 外甥女 伯父 伯母 "
    "叔父 婶母 舅父 舅母 姨父 姨母 姑父 姑母 孙媳 孙女婿 曾孙子 曾孙女",
}
_MEANING: Final = {folded(word): kin for kin, words in _WORDS.items() for word in words.split()}

# By what the applicant is to the head: what each other one is to the applicant.
_OF: Final[dict[str, dict[str, str]]] = {
    HEAD: {IN_LAW_CHILD: "other", IN_LAW_PARENT: "other"}
    | {kin: kin for kin in _WORDS if kin not in (HEAD, IN_LAW_CHILD, IN_LAW_PARENT)},
    "spouse": {
        HEAD: "spouse",
        "child": "child",
        "grandchild": "grandchild",
        IN_LAW_PARENT: "parent",
        "parent": "other",
        "sibling": "other",
        IN_LAW_CHILD: "other",
    },
    "child": {
        HEAD: "parent",
        "spouse": "parent",
        "child": "sibling",
        "parent": "grandparent",
        IN_LAW_PARENT: "grandparent",
        "sibling": "other",
        "grandparent": "other",
    },
    "parent": {
        HEAD: "child",
        "spouse": "other",
        "child": "grandchild",
        "parent": "spouse",
        "sibling": "child",
        IN_LAW_PARENT: "other",
        IN_LAW_CHILD: "other",
    },
    "grandchild": {HEAD: "grandparent", "spouse": "grandparent", "parent": "other"},
    "grandparent": {HEAD: "grandchild", "spouse": "other", "child": "other"},
    "sibling": {
        HEAD: "sibling",
        "sibling": "sibling",
        "parent": "parent",
        "grandparent": "grandparent",
        "spouse": "other",
        "child": "other",
        "grandchild": "other",
        IN_LAW_PARENT: "other",
        IN_LAW_CHILD: "other",
    },
    IN_LAW_CHILD: {HEAD: "other", "spouse": "other", "parent": "other", "sibling": "other"},
    IN_LAW_PARENT: {
        "spouse": "child",
        IN_LAW_PARENT: "spouse",
        HEAD: "other",
        "child": "grandchild",
        "parent": "other",
        "sibling": "other",
    },
}


def kin_of(word: str) -> str:
    """What a roster's 与户主关系 means; empty where it says nothing, or may mean two things."""
    return _MEANING.get(folded(word), "")


def relationship(applicant: str, other: str) -> str:
    """What `other` is to `applicant`, both as they are to the head; empty: to be asked."""
    return _OF.get(applicant, {}).get(other, "")
