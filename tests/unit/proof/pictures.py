"""Photos for tests, painted here: good ones, and every kind that phones and attackers send."""

import io
import struct
import zipfile
import zlib
from datetime import datetime
from fractions import Fraction
from typing import Any

import numpy as np
from PIL import ExifTags, Image, ImageFilter

from dispatcher.domain.place import Place


def scene(width: int = 800, height: int = 600, *, seed: int = 1, blur: float = 0.0) -> Image.Image:
    """Rectangles of many colours, sharp unless blurred."""
    rng = np.random.default_rng(seed)
    picture = np.full((height, width, 3), 120, dtype=np.uint8)
    for _ in range(60):
        top, left = rng.integers(0, height), rng.integers(0, width)
        picture[top : top + height // 6, left : left + width // 6] = rng.integers(0, 256, 3)
    image = Image.fromarray(picture)
    return image.filter(ImageFilter.GaussianBlur(blur)) if blur else image


def saved(image: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    """The picture's file."""
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def exif(taken: datetime | None = None, place: Place | None = None, orientation: int = 1) -> Image.Exif:
    """Metadata as a phone writes them."""
    said = Image.Exif()
    said[ExifTags.Base.Orientation] = orientation
    said[ExifTags.Base.Make] = "Phonemaker"
    if taken:
        ifd = said.get_ifd(ExifTags.IFD.Exif)
        offset = taken.strftime("%z")
        ifd[ExifTags.Base.DateTimeOriginal] = taken.strftime("%Y:%m:%d %H:%M:%S")
        ifd[ExifTags.Base.OffsetTimeOriginal] = f"{offset[:3]}:{offset[3:]}"
    if place:
        gps = said.get_ifd(ExifTags.IFD.GPSInfo)
        gps[ExifTags.GPS.GPSLatitudeRef] = "S" if place.lat < 0 else "N"
        gps[ExifTags.GPS.GPSLatitude] = _sexagesimal(abs(place.lat))
        gps[ExifTags.GPS.GPSLongitudeRef] = "W" if place.lon < 0 else "E"
        gps[ExifTags.GPS.GPSLongitude] = _sexagesimal(abs(place.lon))
    return said


def _sexagesimal(degrees: float) -> tuple[Fraction, Fraction, Fraction]:
    whole, minutes = int(degrees), (degrees - int(degrees)) * 60
    seconds = round((minutes - int(minutes)) * 60, 4)
    return Fraction(whole), Fraction(int(minutes)), Fraction(seconds).limit_denominator()


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png_of(width: int, height: int, *extra: bytes, rows: int | None = None) -> bytes:
    """A black grey PNG of any size, a few bytes for each million pixels; `rows` of them are really there."""
    packer = zlib.compressobj(9)
    pixels = [packer.compress(bytes(1 + width)) for _ in range(height if rows is None else rows)]
    header = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    body = _chunk(b"IDAT", b"".join(pixels) + packer.flush())
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(extra) + body + _chunk(b"IEND", b"")


def text_bomb() -> bytes:
    """A small PNG whose comment unpacks to 200 MB."""
    return png_of(8, 8, _chunk(b"zTXt", b"Comment\x00\x00" + zlib.compress(bytes(200_000_000), 9)))


def zipped() -> bytes:
    """A zip that calls itself a picture by its name alone."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("photo.jpg", saved(scene(64, 64)))
    return file.getvalue()


def with_exif_segment(data: bytes) -> bytes:
    """A JPEG with these bytes as its EXIF."""
    photo, segment = saved(scene(64, 64)), b"Exif\x00\x00" + data
    return photo[:2] + b"\xff\xe1" + struct.pack(">H", len(segment) + 2) + segment + photo[2:]


def exif_bomb() -> bytes:
    """Directories that point at themselves, with counts of four thousand million."""
    entry = struct.pack("<HHII", 0x8769, 4, 1, 8) + struct.pack("<HHII", 0x9003, 2, 0xFFFFFFFF, 8)
    return b"II*\x00" + struct.pack("<IH", 8, 2) + entry + struct.pack("<I", 8) + bytes(60_000)


def bad_photos() -> dict[str, bytes]:
    """What must be told as a fault, by name."""
    good = saved(scene())
    return {
        "empty": b"",
        "text": b"no picture at all",
        "zip": zipped(),
        "gif": saved(scene(64, 64), "GIF"),
        "svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        "jpeg head only": b"\xff\xd8\xff\xe0" + bytes(400),
        "truncated": good[: len(good) // 2],
        "no pixels": good[:200],
        "webp head only": b"RIFF\x10\x00\x00\x00WEBPVP8 " + bytes(20),
        "truncated png": saved(scene(), "PNG")[:2_000],
        "100 MP": png_of(10_000, 10_000),
        "200 MP": png_of(20_000, 10_000, rows=1),
        "4 Gpx claimed": png_of(65_000, 65_000, rows=1),
        "zero size": png_of(0, 0),
        "text bomb": text_bomb(),
        "too large": good + bytes(13_000_000),
        "postscript in disguise": b"\xff\xd8\xff" + b"%!PS-Adobe-3.0 EPSF-3.0\n",
    }


def hamming(one: str, other: str) -> int:
    """How many of the 64 bits of two difference hashes differ."""
    return (int(one, 16) ^ int(other, 16)).bit_count()
