"""What must hold before the desk opens: keys are there, no demonstration account outside DEBUG."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError

from kaili_hukou import crypto
from kaili_hukou.models import Officer

DEMONSTRATION = (
    "数据库里有演示账号({count} 个),而 DEBUG 已关闭:演示账号不得用于正式环境。"
    "请换用没有演示数据的数据库。"
)


def demonstration_accounts() -> int:
    """How many there are; none where the database has no tables yet."""
    if settings.DEBUG or settings.ALLOW_DEMO:
        return 0
    try:
        return Officer.objects.filter(is_demo=True).count()
    except DatabaseError:
        return 0


def refuse_demonstration_accounts() -> None:
    """Web and worker call this before they open; checks may be skipped, this is not."""
    count = demonstration_accounts()
    if count:
        raise ImproperlyConfigured(DEMONSTRATION.format(count=count))


@register()
def no_demonstration_accounts(**_: Any) -> Sequence[CheckMessage]:
    count = demonstration_accounts()
    return [Error(DEMONSTRATION.format(count=count), id="desk.E001")] if count else []


@register()
def keys_are_there(**_: Any) -> Sequence[CheckMessage]:
    try:
        crypto.key_ring()
    except ImproperlyConfigured as fault:
        return [Warning(str(fault), id="desk.W001")]
    return []
