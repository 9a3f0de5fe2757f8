"""What kind of file a candidate's document is, told by its bytes and never by its name; and its words.

Files come from strangers: sizes are bounded before anything is unpacked, and nothing in them is followed or run.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from enum import StrEnum

MAX_UNPACKED_BYTES = 100_000_000
MAX_WORDS = 2_000_000
"""Characters that are shown at most."""
_PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"BM")
_DOCX = "word/document.xml"


class DocumentKind(StrEnum):
    """How a document is shown; OTHER cannot be."""

    PDF = "pdf"
    PICTURE = "picture"
    DOCX = "docx"
    TEXT = "text"
    OTHER = "other"


class DocumentDamaged(Exception):
    """The file is not what it begins as, or unpacks to more than a document can have."""


def kind_of(content: bytes) -> DocumentKind:
    """How a file is shown."""
    if b"%PDF-" in content[:1024]:
        return DocumentKind.PDF
    if content.startswith(_PICTURES) or (content[:4] == b"RIFF" and content[8:12] == b"WEBP"):
        return DocumentKind.PICTURE
    if content.startswith(b"PK\x03\x04"):
        return DocumentKind.DOCX if _DOCX.encode() in content else DocumentKind.OTHER
    return DocumentKind.TEXT if _decoded(content) is not None else DocumentKind.OTHER


def words_of(content: bytes) -> str:
    """The text of a text file, whatever of the usual encodings it has. DocumentDamaged."""
    found = _decoded(content)
    if found is None:
        raise DocumentDamaged
    return found[:MAX_WORDS]


def docx_words(content: bytes) -> str:
    """The paragraphs and tables of a DOCX file, a line each, cells apart by tabs. DocumentDamaged."""
    import docx
    from docx.opc.exceptions import PackageNotFoundError

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(part.file_size for part in packed.infolist()) > MAX_UNPACKED_BYTES:
                raise DocumentDamaged
        document = docx.Document(io.BytesIO(content))
        return "\n".join(_lines(document))[:MAX_WORDS]
    except (zipfile.BadZipFile, PackageNotFoundError, KeyError, ValueError, SyntaxError) as error:
        raise DocumentDamaged from error


def _lines(document: object) -> Iterator[str]:
    from docx.document import Document
    from docx.table import Table

    assert isinstance(document, Document)
    for part in document.iter_inner_content():
        if isinstance(part, Table):
            yield from ("\t".join(cell.text for cell in row.cells) for row in part.rows)
        else:
            yield part.text


def _decoded(content: bytes) -> str | None:
    marked = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    if not marked and b"\0" in content:
        return None
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None
