"""Bodies of multipart/form-data as (name, value) pairs: forms that send even their text this way."""

import logging
from typing import TYPE_CHECKING

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from pipeline.errors import RecordError
from pipeline.sources.submission import MOST_VALUES

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

# Of each broken body the parser would warn with one of its bytes, and anybody can send broken bodies.
logging.getLogger("python_multipart").setLevel(logging.ERROR)

Pairs = list[tuple[str, str]]


def is_multipart(media_type: str) -> bool:
    """Whether a Content-Type announces multipart/form-data."""
    return media_type.split(";", 1)[0].strip().lower() == "multipart/form-data"


def multipart_pairs(body: bytes, media_type: str) -> Pairs:
    """Pairs of a whole body; of a file its name is the value. Raises RecordError for what breaks off or is none."""
    boundary = parse_options_header(media_type)[1].get(b"boundary", b"")
    parts = _Parts()
    try:
        parser = MultipartParser(boundary, parts.callbacks())
        parser.write(body)
        parser.finalize()
    except (FormParserError, ValueError):
        raise RecordError("body", "is not multipart/form-data", "parts between the announced boundary") from None
    if not parts.ended:
        raise RecordError("body", "breaks off", "a whole multipart/form-data body")
    return parts.pairs


class _Parts:
    """Gathers what the parser tells: a part's headers, its name, its value."""

    def __init__(self) -> None:
        self.pairs: Pairs = []
        self.ended = False
        self._header, self._value, self._body = b"", b"", b""
        self._name, self._file = "", ""

    def callbacks(self) -> "MultipartCallbacks":
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._header_name,
            "on_header_value": self._header_value,
            "on_header_end": self._header_end,
            "on_part_data": self._data,
            "on_part_end": self._end,
            "on_end": self._finish,
        }

    def _begin(self) -> None:
        if len(self.pairs) >= MOST_VALUES:
            raise RecordError("body", f"has more than {MOST_VALUES} parts", f"up to {MOST_VALUES}")
        self._header, self._value, self._body = b"", b"", b""
        self._name, self._file = "", ""

    def _header_name(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        if self._header.lower() == b"content-disposition":
            _, options = parse_options_header(self._value)
            self._name = options.get(b"name", b"").decode("utf-8", "replace")
            self._file = options.get(b"filename", b"").decode("utf-8", "replace")
        self._header, self._value = b"", b""

    def _data(self, data: bytes, start: int, end: int) -> None:
        self._body += data[start:end]

    def _end(self) -> None:
        self.pairs.append((self._name, self._file or self._body.decode("utf-8", "replace")))

    def _finish(self) -> None:
        self.ended = True
