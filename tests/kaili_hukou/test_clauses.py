from __future__ import annotations

import pytest

from kaili_hukou.clauses import CLAUSES, UnknownClause, cite


def test_a_clause_that_exists_can_be_cited():
    assert cite("三(一)1(1)") == "三(一)1(1)"


@pytest.mark.parametrize("code", ["三(一)9", "居住证暂行条例 第九十条", ""])
def test_a_citation_of_no_clause_is_an_error(code):
    with pytest.raises(UnknownClause):
        cite(code)


def test_every_clause_of_the_admission_policy_names_the_bureaus():
    for code, clause in CLAUSES.items():
        if code.startswith("三(一)"):
            assert clause.lead == ("市公安局",)
            assert len(clause.support) == 5


def test_every_clause_has_a_text():
    assert all(clause.text and clause.title and clause.where for clause in CLAUSES.values())
