"""Scans as they come in: known by content, limited, whole."""

import io
from dataclasses import dataclass

from django.conf import settings
from pypdf import PdfReader
from pypdf.errors import PyPdfError

from kaili_hukou.actions import Refused
from kaili_hukou.sealed_files import picture_size

MAGIC = {b"%PDF-": "pdf", b"\xff\xd8\xff": "jpeg", b"\x89PNG\r\n\x1a\n": "png"}
CONTENT_TYPES = {"pdf": "application/pdf", "jpeg": "image/jpeg", "png": "image/png"}


@dataclass(frozen=True, slots=True)
class Scan:
    kind: str
    content: bytes
    pages: int


def read_scan(content: bytes) -> Scan:
    """What a file is by its content. Refused where it is none of the three, too large or broken."""
    if not content:
        raise Refused("文件是空的。请重新扫描后上传。")
    limit = settings.ATTACHMENT_MAX_BYTES
    if len(content) > limit:
        raise Refused(
            f"文件有 {len(content) / 1048576:.1f} MB,上限是 {limit // 1048576} MB。"
            "请降低扫描分辨率或分成几个文件。"
        )
    kind = next((kind for magic, kind in MAGIC.items() if content.startswith(magic)), None)
    if kind is None:
        raise Refused("文件内容不是 PDF、JPEG 或 PNG(与文件名无关)。请上传扫描件或照片。")
    pages = _pdf_pages(content) if kind == "pdf" else _picture(content, kind)
    if pages > settings.ATTACHMENT_MAX_PAGES:
        raise Refused(
            f"文件有 {pages} 页,上限是 {settings.ATTACHMENT_MAX_PAGES} 页。请分成几个文件上传。"
        )
    return Scan(kind, content, pages)


def _pdf_pages(content: bytes) -> int:
    try:
        reader = PdfReader(io.BytesIO(content))
        if reader.is_encrypted:
            raise Refused("这个 PDF 有密码,无法打开。请上传没有密码的文件。")
        pages = len(reader.pages)
    except (
        PyPdfError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        IndexError,
        RecursionError,
        OverflowError,
        ArithmeticError,
        AssertionError,
        NotImplementedError,
    ) as fault:
        # A hostile PDF makes the reader stumble in many ways; all of them mean the same here.
        raise Refused("这个 PDF 已损坏,无法打开。请重新扫描后上传。") from fault
    if pages == 0:
        raise Refused("这个 PDF 没有页面。请重新扫描后上传。")
    return pages


def _picture(content: bytes, kind: str) -> int:
    picture_size(content, kind)
    return 1
