"""What a CRM holds and does, without a protocol: records that can be changed by hand, and faults that go before or after its work."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


class CutError(Exception):
    """The connection goes without an answer."""


class BusyError(Exception):
    """The CRM asks to slow down."""


class BrokenError(Exception):
    """The CRM does not work at all."""


@dataclass
class Held:
    """A record. values: by the CRM's own names, several each."""

    record_id: str
    own_id: str
    values: dict[str, list[str]]
    changed: int = 0


@dataclass
class Store:
    """records by id. cut_after: so many writing requests are done and not answered; busy: so many requests are put off; is_down: none is
    served; refuses: whether a record's values are refused. writes: what was written, (verb, record id) each. numbered: a record's id
    by its number."""

    records: dict[str, Held] = field(default_factory=dict)
    merged: dict[str, str] = field(default_factory=dict)
    cut_after: int = 0
    busy: int = 0
    is_down: bool = False
    requests: int = 0
    refuses: Callable[[Mapping[str, list[str]]], bool] = lambda _: False
    writes: list[tuple[str, str]] = field(default_factory=list)
    numbered: Callable[[int], str] = str
    _next: int = 1

    def arrive(self) -> None:
        """Every request passes here first."""
        self.requests += 1
        if self.is_down:
            raise BrokenError
        if self.busy:
            self.busy -= 1
            raise BusyError

    def leave(self, has_written: bool) -> None:
        """Every request that was served passes here last."""
        if has_written and self.cut_after:
            self.cut_after -= 1
            raise CutError

    def create(self, own_id: str, values: Mapping[str, list[str]], record_id: str = "") -> str:
        """A new record; its id, unless given. Raises ValueError where it is refused, or the id is taken."""
        if self.refuses(values) or record_id in self.records:
            raise ValueError("REFUSED")
        record_id = record_id or self.numbered(self._next)
        self._next += 1
        self.records[record_id] = Held(record_id, own_id, {name: list(held) for name, held in values.items()})
        self.writes.append(("create", record_id))
        return record_id

    def update(self, record_id: str, values: Mapping[str, list[str]]) -> None:
        """Raises KeyError where there is no such record, ValueError where it is refused."""
        held = self.records[record_id]
        if self.refuses(values):
            raise ValueError("REFUSED")
        held.values |= {name: list(texts) for name, texts in values.items()}
        held.changed += 1
        self.writes.append(("update", record_id))

    def delete(self, record_id: str) -> None:
        """Raises KeyError where there is no such record."""
        del self.records[record_id]
        self.writes.append(("delete", record_id))

    def merge(self, survivor: str, loser: str) -> None:
        """The loser's values fill what the survivor lacks; the loser goes. Raises KeyError."""
        kept, gone = self.records[survivor], self.records[loser]
        for name, texts in gone.values.items():
            kept.values.setdefault(name, [])
            kept.values[name] = (
                list(dict.fromkeys([*kept.values[name], *texts]))
                if name.endswith(("PHONE", "EMAIL"))
                else kept.values[name] or texts
            )
        del self.records[loser]
        self.merged[loser] = survivor
        self.writes.append(("merge", survivor))

    def of(self, own_id: str) -> list[Held]:
        """Records that carry an id of ours."""
        return [held for held in self.records.values() if held.own_id == own_id]
