"""Places in the feed, and the cursors that stand for them with its readers."""

import base64
import binascii
import re
from dataclasses import dataclass

from pipeline.errors import StopError
from pipeline.warehouse.connection import Connection, one, rows

_CURSOR = re.compile(r"1\.(0|[1-9][0-9]{0,18})\.(0|[1-9][0-9]{0,19})\.(0|[1-9][0-9]{0,18})")
_LARGEST_TRANSACTION = 2**64 - 1
_LARGEST_SEQUENCE = 2**63 - 1


class CursorError(StopError):
    """A cursor that this feed never gave."""

    def __init__(self) -> None:
        super().__init__(
            "feed: `cursor` is not a cursor of this feed; allowed is the text of `next_cursor` of an earlier answer, "
            "unchanged; leave it out to read from the first event, or start again from the snapshot"
        )


class OtherServerError(CursorError):
    """A cursor of the same feed on another database server: the database was moved or restored from a dump."""

    def __init__(self) -> None:
        StopError.__init__(
            self,
            "feed: `cursor` was given by another database server, before this database was moved or restored; "
            "allowed are cursors of this server; start again from the snapshot",
        )


@dataclass(frozen=True, slots=True)
class Position:
    """A place in the feed of one server: everything up to it has been read. `text` is the cursor that a consumer keeps."""

    server: int
    written_by: int = 0
    seq: int = 0

    @property
    def text(self) -> str:
        """The position as opaque text, safe in a URL."""
        plain = f"1.{self.server}.{self.written_by}.{self.seq}"
        return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")

    @classmethod
    def of(cls, cursor: str) -> "Position":
        """The position behind a cursor. Raises CursorError."""
        try:
            plain = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode("ascii")
        except (binascii.Error, ValueError) as error:
            raise CursorError from error
        parts = _CURSOR.fullmatch(plain)
        if parts is None:
            raise CursorError
        position = cls(int(parts[1]), int(parts[2]), int(parts[3]))
        if (
            position.written_by > _LARGEST_TRANSACTION
            or max(position.seq, position.server) > _LARGEST_SEQUENCE
            or position.text != cursor
        ):
            raise CursorError
        return position


def first_position(connection: Connection) -> Position:
    """The place before the first event."""
    return Position(one(connection, "feed", "server"))


def last_position(connection: Connection) -> Position:
    """The place behind the last event that shows."""
    first = first_position(connection)
    last = rows(connection, "feed", "last_position")
    return Position(first.server, int(last[0].written_by), last[0].seq) if last else first
