"""Files as a scanner would give them, and files that only pretend."""

import io

from PIL import Image
from pypdf import PdfWriter


def pdf(pages=1, *, password=""):
    writer, target = PdfWriter(), io.BytesIO()
    for _ in range(pages):
        writer.add_blank_page(595, 842)
    if password:
        writer.encrypt(password)
    writer.write(target)
    return target.getvalue()


def picture(kind, size=(60, 40)):
    target = io.BytesIO()
    noise = Image.effect_noise(size, 90).convert("RGB")
    noise.save(target, kind)
    return target.getvalue()


def jpeg(size=(60, 40)):
    return picture("JPEG", size)


def png(size=(60, 40)):
    return picture("PNG", size)
