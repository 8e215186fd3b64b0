"""Files inside a PDF: put in as attachments, and taken out again. What any viewer lists in its sidebar."""

import io
from collections.abc import Mapping

from pypdf import PdfReader, PdfWriter
from pypdf.errors import PyPdfError

from dispatcher.domain.errors import BadInput


def attach(pdf: bytes, files: Mapping[str, bytes]) -> bytes:
    """The PDF with these attachments, by name."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf)))
    for name, data in files.items():
        writer.add_attachment(name, data)
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def attachments(pdf: bytes) -> dict[str, bytes]:
    """All attachments by name. Raises `BadInput` for what is no PDF, or has two of one name."""
    try:
        found = PdfReader(io.BytesIO(pdf), strict=True).attachments  # what is doubtful is refused
        doubled = [name for name, versions in found.items() if len(versions) != 1]
        files = {name: versions[0] for name, versions in found.items() if versions}
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError, OSError) as fault:
        raise BadInput(f"The file is no PDF that can be read ({fault}).") from fault
    if doubled:
        raise BadInput(f"The file has {doubled[0]} more than once.")
    return files
