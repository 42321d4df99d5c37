"""What a source hands over: a page of raw records and the cursor that lands with them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.lead import RawRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Records of one source that land in one transaction together with the cursor behind them.

    cursor: a JSON object that only the source understands; None leaves the stored cursor where it is
    (a webhook has none).
    """

    source: str
    records: tuple[RawRecord, ...]
    cursor: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Landed:
    """What landing a page did: rows that are new, and deliveries that were there already."""

    new: int
    redelivered: int
