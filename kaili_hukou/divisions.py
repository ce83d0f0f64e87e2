"""GB/T 2260 codes: what the plan means by another province and another county of Guizhou."""

from __future__ import annotations

GUIZHOU = "52"
QIANDONGNAN = "5226"
KAILI = "522601"
_CODE_LENGTH = 6


def is_code(value: object) -> bool:
    """Six ASCII digits; any six are accepted, for codes are abolished and added."""
    return (
        isinstance(value, str)
        and len(value) == _CODE_LENGTH
        and value.isascii()
        and value.isdigit()
    )


def is_guizhou(code: str) -> bool:
    """A division of Guizhou has a code that begins with 52."""
    return code.startswith(GUIZHOU)


def is_kaili(code: str) -> bool:
    """Kaili itself is 522601."""
    return code == KAILI


def another_province(code: str) -> bool:
    """省外: the code does not begin with 52."""
    return not is_guizhou(code)


def another_county(code: str) -> bool:
    """省内其他县市: the code begins with 52 and is not Kaili's."""
    return is_guizhou(code) and not is_kaili(code)
