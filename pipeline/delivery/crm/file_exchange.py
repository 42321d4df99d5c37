"""File exchange: 1C, Class365 and any program that imports CSV or CommerceML from a folder.

Each round writes whole files with a name of their own, which never change afterwards; their names in order are the order in which to import
them. `new` holds new clients with every field, `changed` only the fields that changed (of each set of fields a file of its own, so that no
cell is empty that is to be left alone), `merged` which row goes on in which, `erased` whose row has to go. A row bears our id, or the id by
which the program's own export told the client (`history`). Importing a file twice changes nothing, if the import goes by that id.

What such a program holds cannot be read back. So fields that a person may have typed are sent once, with the new client, and telephones and
mailboxes are only added; a field with the rule `ours` or `newest` is sent again when it changes. What can go wrong: the folder is not there
or cannot be written (the run stops); a letter that the encoding lacks (that row is refused, others go on).
"""

import csv
import io
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from pipeline.delivery.crm.commerceml_file import EMAIL, MERGED, PHONE, counterparties
from pipeline.delivery.crm.connector import (
    ConfiguredCrm,
    Contacts,
    CrmConnector,
    CrmRecord,
    Entity,
    Outcome,
    Target,
    Values,
    Write,
)
from pipeline.delivery.spreadsheet import safe_cell
from pipeline.errors import SourceRefusedError
from pipeline.sources.connector import Clock, VendorOptions

BATCH = 5000
_PHONE = re.compile(r"\+[0-9]+")

Encoding = Literal["utf-8-sig", "utf-8", "cp1251", "cp1250"]


class FolderOptions(VendorOptions):
    """folder: where files are laid down, relative to leadfold.toml; it has to be there."""

    folder: Annotated[str, Field(min_length=1)]


class CsvOptions(FolderOptions):
    """encoding, delimiter: as the import takes them."""

    encoding: Encoding = "utf-8-sig"
    delimiter: Literal[";", ",", "\t"] = ";"


@dataclass(frozen=True, slots=True)
class _Folder:
    """Lays down files. suffix: of their names."""

    crm: str
    path: Path
    suffix: str
    now: Clock

    def lay(self, kind: str, content: bytes) -> None:
        """A whole file under its final name, or none. Names in order are the order of laying, also within one moment."""
        stamp = f"{self.crm}-{self.now():%Y%m%dT%H%M%S%fZ}"
        try:
            laid = [
                path.name[len(stamp) + 1 :][:4] for path in self.path.iterdir() if path.name.startswith(f"{stamp}-")
            ]
            number = max((int(each) for each in laid if each.isdigit()), default=0) + 1
            path = self.path / f"{stamp}-{number:04d}-{kind}{self.suffix}"
            draft = path.with_name(f".{path.name}.part")
            with draft.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        except OSError as error:
            raise SourceRefusedError(
                self.crm,
                f"its folder cannot be written ({type(error).__name__})",
                "make the folder, or correct `folder`",
            ) from None


@dataclass(frozen=True, slots=True)
class _Session:
    target: Target
    folder: _Folder
    encoding: str
    delimiter: str
    is_xml: bool

    def try_out(self) -> Sequence[str]:
        """Whether a file can be laid down."""
        if not self.folder.path.is_dir():
            raise SourceRefusedError(self.folder.crm, "its folder is not there", "make the folder, or correct `folder`")
        if not os.access(self.folder.path, os.W_OK):
            raise SourceRefusedError(self.folder.crm, "its folder cannot be written", "give this user the right to")
        return [f"files go to {self.folder.path.name}/, as {self.folder.suffix.removeprefix('.').upper()}"]

    def read(self, record_ids: Sequence[str]) -> Mapping[str, CrmRecord]:
        """Nothing can be read back."""
        del record_ids
        return {}

    def find(self, client_ids: Sequence[str]) -> Mapping[str, Values]:
        """Nothing can be looked for."""
        del client_ids
        return {}

    def find_by_contact(self, asked: Mapping[str, Contacts]) -> Mapping[str, Values]:
        """Nothing can be looked for."""
        del asked
        return {}

    def create(self, writes: Sequence[Write]) -> Sequence[Outcome]:
        """One file with every column: here an empty cell is an empty field."""
        good, outcomes = self._writable(writes)
        if good:
            names = tuple(
                dict.fromkeys((*self.target.fields.values(), *(name for write in good for name in write.values)))
            )
            names = tuple(name for name in names if name != self.target.theirs("merged_into"))
            self.folder.lay("new", self._content([(write.client_id, write.values) for write in good], names))
        return outcomes

    def update(self, writes: Sequence[Write]) -> Sequence[Outcome]:
        """A file for each set of fields."""
        good, outcomes = self._writable(writes)
        sets: dict[tuple[str, ...], list[Write]] = {}
        for write in good:
            sets.setdefault(tuple(sorted(write.values)), []).append(write)
        for names, some in sorted(sets.items()):
            kind = "merged" if names == (self.target.theirs("merged_into"),) else "changed"
            self.folder.lay(kind, self._content([(write.record_id, write.values) for write in some], names))
        return outcomes

    def merge(self, survivor: str, loser: str) -> Outcome:
        """A file cannot; losers are told in `merged`."""
        return Outcome(client_id=loser, record_id=survivor, problem="a file merges nothing")

    def delete(self, record_ids: Sequence[str]) -> Sequence[Outcome]:
        """One file of ids."""
        self.folder.lay("erased", self._content([(each, {}) for each in record_ids], (), erased=True))
        return [Outcome(client_id=each) for each in record_ids]

    def _writable(self, writes: Sequence[Write]) -> tuple[list[Write], list[Outcome]]:
        good, outcomes = [], []
        for write in writes:
            record_id, problem = write.record_id or write.client_id, ""
            lacking = sorted(name for name, held in write.values.items() if not self._can(held))
            if lacking:
                problem = f"`{lacking[0]}` has letters that {self.encoding} lacks"
            else:
                good.append(write)
            outcomes.append(Outcome(client_id=write.client_id, record_id=record_id, problem=problem))
        return good, outcomes

    def _can(self, held: Values) -> bool:
        try:
            "".join(held).encode(self.encoding)
        except UnicodeEncodeError:
            return False
        return True

    def _content(
        self, rows: Sequence[tuple[str, Mapping[str, Values]]], names: Sequence[str], *, erased: bool = False
    ) -> bytes:
        if self.is_xml:
            return counterparties(rows, self.folder.now(), erased=erased)
        buffer = io.StringIO()
        writer = csv.writer(buffer, delimiter=self.delimiter, lineterminator="\r\n")
        writer.writerow([self.target.own_id, *names])
        writer.writerows([own_id, *(_cell(values.get(name, ())) for name in names)] for own_id, values in rows)
        return buffer.getvalue().encode(self.encoding)


def _cell(held: Values) -> str:
    """A telephone stays as it is, since the import wants it so; other text cannot become a formula where somebody looks at the file."""
    return ", ".join(value if _PHONE.fullmatch(value) else safe_cell(value) for value in held)


@contextmanager
def _open_csv(crm: ConfiguredCrm, now: Clock) -> Iterator[_Session]:
    options = crm.options_as(CsvOptions)
    folder = _Folder(crm.name, crm.base / options.folder, ".csv", now)
    yield _Session(crm.target, folder, options.encoding, options.delimiter, is_xml=False)


@contextmanager
def _open_xml(crm: ConfiguredCrm, now: Clock) -> Iterator[_Session]:
    options = crm.options_as(FolderOptions)
    yield _Session(crm.target, _Folder(crm.name, crm.base / options.folder, ".xml", now), "utf-8", "", is_xml=True)


_ENGLISH = {
    "title": "title", "surname": "last_name", "given": "first_name", "patronymic": "middle_name", "phones": "phone", "emails": "email",
    "company": "company", "tax_id": "tax_id", "city": "city", "message": "message", "source": "source", "channel": "channel",
    "campaign": "campaign", "merged_into": "merged_into",
}  # fmt: skip
_RUSSIAN = {
    "title": "Наименование", "surname": "Фамилия", "given": "Имя", "patronymic": "Отчество", "phones": "Телефон",
    "emails": "E-mail", "company": "Компания", "tax_id": "ИНН", "city": "Город", "message": "Комментарий", "source": "Источник",
    "merged_into": MERGED,
}  # fmt: skip
_COMMERCEML = {
    "title": "Наименование", "company": "ОфициальноеНаименование", "surname": "Фамилия", "given": "Имя", "patronymic": "Отчество",
    "tax_id": "ИНН", "phones": PHONE, "emails": EMAIL, "message": "Комментарий", "merged_into": MERGED,
}  # fmt: skip
_LISTS = {"phone", "email", "Телефон", "E-mail", PHONE, EMAIL}
_TESTED = "files of our own, read back by our own readers of the same formats"


def _connector(
    vendor: str, title: str, fields: Mapping[str, str], own_id: str, *, is_xml: bool = False
) -> CrmConnector:
    return CrmConnector(
        vendor=vendor, title=title, options=FolderOptions if is_xml else CsvOptions, open=_open_xml if is_xml else _open_csv,
        own_id=own_id, batch=BATCH, reads=False, merges=False, entities={"client": Entity(fields=fields, lists=frozenset(_LISTS))},
        tested=_TESTED, unseen="the program's own import" if vendor != "csv" else "",
    )  # fmt: skip


CONNECTORS = (
    _connector("csv", "Any import of CSV", _ENGLISH, "client_id"),
    _connector("1c-csv", "1C, CSV", _RUSSIAN, "Код"),
    _connector("1c-xml", "1C, CommerceML 2", _COMMERCEML, "Ид", is_xml=True),
    _connector("class365-csv", "Class365, CSV", _RUSSIAN, "Код"),
    _connector("class365-xml", "Class365, CommerceML 2", _COMMERCEML, "Ид", is_xml=True),
)

__all__ = ["BATCH", "CONNECTORS", "CsvOptions", "FolderOptions"]
