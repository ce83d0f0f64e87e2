"""The photograph on a card: known by content, of the right size, kept encrypted."""

import hashlib

from django.db import transaction

from kaili_hukou import audit
from kaili_hukou.actions import Refused
from kaili_hukou.models import Officer
from kaili_hukou.sealed_files import Shelf, picture_size
from residence_permits.flow import State
from residence_permits.models import PermitRequest, Photograph

PHOTOGRAPHS = Shelf("photographs", "residence_permits.Photograph.content")
JPEG = b"\xff\xd8\xff"
# The card's picture (GA/T 461: 358 × 441 pixels, upright); a scan may be larger.
WIDTH, HEIGHT = 358, 441
LARGEST_BYTES = 2 * 1024 * 1024
# How far the shape may differ from 358 : 441.
TOLERANCE = 0.08


def check(content: bytes) -> tuple[int, int]:
    """(width, height); Refused where it is no JPEG, too small, too large or of another shape."""
    if not content.startswith(JPEG):
        raise Refused("相片应为 JPEG 格式(按内容判断,与文件名无关)。请重新拍照后上传。")
    if len(content) > LARGEST_BYTES:
        raise Refused(f"相片有 {len(content) / 1048576:.1f} MB,上限 2 MB。请压缩后上传。")
    width, height = picture_size(content, "jpeg")
    if width < WIDTH or height < HEIGHT:
        raise Refused(f"相片为 {width}×{height} 像素,至少应为 {WIDTH}×{HEIGHT}。请重新拍照后上传。")
    if abs(width / height - WIDTH / HEIGHT) > TOLERANCE:
        raise Refused(f"相片为 {width}×{height} 像素,宽高比应接近 {WIDTH}:{HEIGHT}(竖幅证件照)。")
    return width, height


@transaction.atomic
def keep(request: PermitRequest, content: bytes, officer: Officer) -> Photograph:
    """The photograph of an application; a better one takes its place until the card is made."""
    if request.state not in (State.SUPPLEMENT, State.ACCEPTED):
        raise Refused(f"申领已「{request.get_state_display()}」,不能再换相片。")
    width, height = check(content)
    Photograph.objects.filter(request=request).delete()
    kept = Photograph(
        request=request,
        width=width,
        height=height,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        uploaded_by=officer,
    )
    kept.save(force_insert=True)
    PHOTOGRAPHS.keep(kept.pk, content)
    audit.record("上传居住证相片", kept)
    return kept


def earlier(request: PermitRequest) -> Photograph | None:
    """The holder's last photograph, which an exchange or a replacement may bear again."""
    return (
        Photograph.objects.filter(request__person=request.person)
        .exclude(request=request)
        .order_by("-uploaded_at")
        .first()
    )


def content_of(photograph: Photograph) -> bytes:
    return PHOTOGRAPHS.content_of(photograph.pk)
