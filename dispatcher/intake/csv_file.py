"""Delimited text → records: which encoding, which delimiter, quoting after RFC 4180. Not what the columns mean."""

import codecs
import csv
import io
import re
from collections.abc import Sequence
from itertools import islice

from charset_normalizer import from_bytes

from dispatcher.domain.errors import BadInput
from dispatcher.intake.fields import recognised
from dispatcher.intake.raw import RawTable
from dispatcher.intake.writing import unguarded

DELIMITERS = (",", ";", "\t", "|")

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_SAMPLE_RECORDS = 60
_SAMPLE_CHARS = 200_000
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_SPACES = {0xA0: " ", 0x202F: " ", 0x2007: " ", 0xFEFF: None, 0x200B: None}
_EXCEL_HINT = re.compile(r'^"?sep=(.)"?\r?\n', re.IGNORECASE)


def read(data: bytes, name: str) -> RawTable:
    """The records of delimited text. Raises `BadInput` if it is not text, or quoted past repair."""
    text, encoding = decode(data, name)
    if not text.isascii():
        text = text.translate(_SPACES)
    hint = _EXCEL_HINT.match(text)
    delimiter = hint[1] if hint else find_delimiter(text)
    records = _records(text, delimiter, name)
    if hint:
        records[0] = []
    return RawTable(records, name, encoding, delimiter)


def decode(data: bytes, name: str) -> tuple[str, str]:
    """Text and the encoding it was in."""
    for encoding in _encodings(data):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _looks_like_text(text):
            return text, encoding
    best = from_bytes(data[:_SAMPLE_CHARS]).best()
    if best is not None:
        text = data.decode(best.encoding, errors="replace")
        if _looks_like_text(text) and "\ufffd" not in text:
            return text, best.encoding
    raise BadInput(
        f"{name} is not a table of text: its bytes make no sense in any usual encoding.",
        "Save it as .xlsx, or as .csv in UTF-8.",
    )


def find_delimiter(text: str) -> str:
    """The delimiter that makes most sense of the top of the text: known column names first, then even rows."""
    return max(DELIMITERS, key=lambda mark: _score(text, mark))


def _encodings(data: bytes) -> list[str]:
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return [encoding]
    sample = data[:4000]
    if sample.count(0) > len(sample) // 4:
        odd_nulls = sample[1::2].count(0)
        return ["utf-16-le" if odd_nulls > sample[0::2].count(0) else "utf-16-be"]
    return ["utf-8", "cp1252"]


def _looks_like_text(text: str) -> bool:
    """Whether control characters, which no table has, are all but absent."""
    sample = text[:_SAMPLE_CHARS]
    return len(_CONTROL.findall(sample)) <= len(sample) // 500


def _score(text: str, mark: str) -> tuple[int, float, int]:
    sample = io.StringIO(text[:_SAMPLE_CHARS], newline="")
    try:
        records = list(islice(csv.reader(sample, delimiter=mark), _SAMPLE_RECORDS))
    except csv.Error:
        return (0, 0.0, 0)
    if len(text) > _SAMPLE_CHARS and len(records) < _SAMPLE_RECORDS and len(records) > 1:
        records.pop()
    records = [record for record in records if any(record)]
    if not records:
        return (0, 0.0, 0)
    known = [recognised(record) for record in records]
    header = known.index(max(known)) if max(known) else 0
    width = len(records[header])
    even = sum(len(record) == width for record in records[header:]) / len(records[header:])
    return (max(known), even if width > 1 or max(known) else 0.0, width)


def _records(text: str, delimiter: str, name: str) -> list[Sequence[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    records: list[Sequence[str]] = []
    try:
        for record in reader:
            records.append([unguarded(cell.strip()) for cell in record])
    except csv.Error as fault:
        raise BadInput(
            f"{name} cannot be read beyond line {reader.line_num}: {fault}.",
            "A quotation mark is probably opened there and never closed.",
        ) from fault
    return records
