"""What a photo shows of itself: whether it is one, when and where it was taken, how sharp, and what it looks like.

A photo comes from outside, so it is decoded in a process that may die of it, and nothing here raises: whatever is
wrong is a sentence. Checks go from cheap to dear: size, first bytes, header, pixels. Doubts about sharpness or time are
for a person to weigh, never a reason to refuse. The original stays as it came; people are shown the clean copy.
"""

import io
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import ExifTags, Image

from dispatcher.domain.ids import DeviceId
from dispatcher.domain.place import Place
from dispatcher.domain.proof import Photo
from dispatcher.proof.files import PHOTO_BYTES

MOST_PIXELS = 40_000_000
COPY_SIDE = 1_600
LOOK_SIDE = 1_024
_FORMATS = {"JPEG": "image/jpeg", "MPO": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
"""MPO is a JPEG with a second picture behind it, as many phones take them."""
_QUALITY = 85
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What sets a picture upright, by EXIF's orientation."""
_SIDEWAYS = {_TURNS[orientation] for orientation in (5, 6, 7, 8)}


@dataclass(frozen=True, slots=True)
class Look:
    """What was found in a photo's bytes."""

    size: int
    fault: str = ""
    """Why it cannot be shown; a sentence."""
    mime: str = ""
    width: int = 0
    height: int = 0
    taken_at: datetime | None = None
    place: Place | None = None
    sharpness: float | None = None
    brightness: float | None = None
    lookalike: str = ""
    copy: bytes = b""
    """A JPEG of at most 1,600 pixels a side, upright, without metadata."""

    def photo(self, sha256: str, copy_sha256: str, device_id: DeviceId, received_at: datetime) -> Photo:
        """The photo as the logbook keeps it; `copy_sha256` is the file that `copy` was kept in, or empty."""
        return Photo(
            sha256=sha256,
            size=self.size,
            received_at=received_at,
            device_id=device_id,
            mime=self.mime,
            width=self.width,
            height=self.height,
            copy_sha256=copy_sha256,
            fault=self.fault,
            taken_at=self.taken_at,
            place=self.place,
            sharpness=self.sharpness,
            brightness=self.brightness,
            lookalike=self.lookalike,
        )


class _Unfit(Exception):
    """Why it cannot be shown."""


def look_at(file: Path) -> Look:
    """As `look`, of a file."""
    try:
        size = file.stat().st_size
        return look(file.read_bytes()) if size <= PHOTO_BYTES else Look(size, _too_large())
    except OSError as fault:
        return Look(0, f"The file cannot be read ({fault.strerror}).")


def look(data: bytes) -> Look:
    """Everything that is to be known of these bytes. Never raises.

    To be called by one thread at a time, as in the process made for it: what decoders warn of is not printed.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _look(data)
    except _Unfit as unfit:
        return Look(len(data), str(unfit))
    except Image.DecompressionBombError:
        return Look(len(data), _too_many_pixels())
    except Exception as fault:  # noqa: BLE001 – decoders fail in every way there is, and a bad photo is no fault of ours
        return Look(len(data), f"The picture is damaged and cannot be shown ({type(fault).__name__}).")


def _look(data: bytes) -> Look:
    if len(data) > PHOTO_BYTES:
        raise _Unfit(_too_large())
    if not _is_picture(data[:12]):
        raise _Unfit("The file is no JPEG, PNG or WebP picture.")
    with Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "WEBP")) as picture:
        width, height = picture.size
        if width * height > MOST_PIXELS:
            raise _Unfit(_too_many_pixels())
        mime = _FORMATS[picture.format or ""]
        taken_at, place = _metadata(picture)
        turn = _TURNS.get(_orientation(picture))
        if turn in _SIDEWAYS:
            width, height = height, width
        picture.draft("RGB", (COPY_SIDE, COPY_SIDE))  # a JPEG is decoded at the size needed, not in full
        small = _plain(picture)
    upright = small if turn is None else small.transpose(turn)
    grey = upright.convert("L")
    return Look(
        size=len(data),
        mime=mime,
        width=width,
        height=height,
        taken_at=taken_at,
        place=place,
        sharpness=_sharpness(grey),
        brightness=float(np.asarray(grey, dtype=np.float64).mean() / 255),
        lookalike=_difference_hash(grey),
        copy=_copy(upright),
    )


def _is_picture(head: bytes) -> bool:
    jpeg, png = head.startswith(b"\xff\xd8\xff"), head.startswith(b"\x89PNG\r\n\x1a\n")
    return jpeg or png or (head[:4] == b"RIFF" and head[8:12] == b"WEBP")


def _plain(picture: Image.Image) -> Image.Image:
    """The picture at the copy's size, in three colours; what shines through is white."""
    clear = picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info
    mode = "RGBA" if clear else "RGB"
    picture.load()
    small = picture.convert(mode) if picture.mode != mode else picture
    small.thumbnail((COPY_SIDE, COPY_SIDE), Image.Resampling.LANCZOS)
    return Image.alpha_composite(Image.new("RGBA", small.size, "white"), small).convert("RGB") if clear else small


def _copy(upright: Image.Image) -> bytes:
    clean = Image.new("RGB", upright.size)  # a new picture: comments and profiles would come along otherwise
    clean.paste(upright)
    kept = io.BytesIO()
    clean.save(kept, "JPEG", quality=_QUALITY)
    return kept.getvalue()


# --- what it looks like -------------------------------------------------------------------------------------------


def _sharpness(grey: Image.Image) -> float:
    """Variance of the Laplacian (Pech-Pacheco et al., ICPR 2000) at 1,024 pixels."""
    small = grey.copy()
    small.thumbnail((LOOK_SIDE, LOOK_SIDE), Image.Resampling.BILINEAR)
    g: npt.NDArray[np.float64] = np.asarray(small, dtype=np.float64)
    if min(g.shape) < 3:
        return 0.0
    edges = g[:-2, 1:-1] + g[2:, 1:-1] + g[1:-1, :-2] + g[1:-1, 2:] - 4 * g[1:-1, 1:-1]
    return float(edges.var())


def _difference_hash(grey: Image.Image) -> str:
    """64 bits: whether each of 8 × 8 cells is brighter than its right neighbour (Krawetz' dHash)."""
    cells = np.asarray(grey.resize((9, 8), Image.Resampling.BOX), dtype=np.int16)
    bits = (cells[:, :-1] > cells[:, 1:]).flatten()
    return f"{int.from_bytes(np.packbits(bits).tobytes()):016x}"


# --- what it says of itself ---------------------------------------------------------------------------------------


def _metadata(picture: Image.Image) -> tuple[datetime | None, Place | None]:
    """Moment and place by EXIF. Absent or unreadable metadata say nothing: many apps leave them out."""
    try:
        exif = picture.getexif()
        said = exif.get_ifd(ExifTags.IFD.Exif)
        taken_at = _taken_at(said)
    except Exception:  # noqa: BLE001 – as in `look`
        return None, None
    try:
        return taken_at, _place(exif.get_ifd(ExifTags.IFD.GPSInfo))
    except Exception:  # noqa: BLE001 – as in `look`
        return taken_at, None


def _orientation(picture: Image.Image) -> int:
    """How the picture is to be turned, by EXIF; 1 for not at all."""
    try:
        return int(picture.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:  # noqa: BLE001 – as in `look`
        return 1


def _taken_at(said: Mapping[int, Any]) -> datetime | None:
    """Only with its offset: without one the moment could be anywhere within a day."""
    clock, offset = said.get(ExifTags.Base.DateTimeOriginal), said.get(ExifTags.Base.OffsetTimeOriginal)
    if not isinstance(clock, str) or not isinstance(offset, str):
        return None
    local = datetime.strptime(clock.strip("\x00 "), "%Y:%m:%d %H:%M:%S").replace(tzinfo=_zone(offset.strip("\x00 ")))
    return local.astimezone(UTC) if 2000 <= local.year <= 2100 else None


def _zone(offset: str) -> timezone:
    if offset in {"Z", "z"}:
        return UTC
    sign, (hours, minutes) = (-1 if offset[:1] == "-" else 1), offset.lstrip("+-").split(":")
    return timezone(sign * timedelta(hours=int(hours), minutes=int(minutes)))


def _place(gps: Mapping[int, Any]) -> Place | None:
    if ExifTags.GPS.GPSLatitude not in gps or ExifTags.GPS.GPSLongitude not in gps:
        return None
    south = str(gps.get(ExifTags.GPS.GPSLatitudeRef, "N")).upper().startswith("S")
    west = str(gps.get(ExifTags.GPS.GPSLongitudeRef, "E")).upper().startswith("W")
    lat, lon = _degrees(gps[ExifTags.GPS.GPSLatitude]), _degrees(gps[ExifTags.GPS.GPSLongitude])
    return Place(-lat if south else lat, -lon if west else lon)


def _degrees(parts: Any) -> float:
    degrees, minutes, seconds = (float(part) for part in parts)
    return degrees + minutes / 60 + seconds / 3_600


def _too_large() -> str:
    return f"The photo has more than {PHOTO_BYTES // 2**20} MB."


def _too_many_pixels() -> str:
    return f"The picture has more than {MOST_PIXELS // 1_000_000} million pixels."
