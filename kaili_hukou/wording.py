"""How an error message names a value that was found."""

from __future__ import annotations

_LONGEST_ECHO = 10


def described(value: object) -> str:
    """What was found; long text is cut, so that no full identity number is ever shown."""
    match value:
        case None:
            return "空值 null"
        case bool():
            return "true" if value else "false"
        case str() if len(value) > _LONGEST_ECHO:
            return f"“{value[:_LONGEST_ECHO]}…”({len(value)} 个字符)"
        case str():
            return f"“{value}”"
        case list():
            return "一个列表"
        case dict():
            return "一个对象"
        case int() if abs(value) >= 10**_LONGEST_ECHO:
            return "一个很大的整数"
    return str(value)[: 2 * _LONGEST_ECHO]
