"""CommerceML 2, the exchange format of 1C: counterparties (Контрагент) as clients, documents (Документ) as their deals.

The file is read as a stream, one counterparty or document in memory at a time. Hostile files are refused: a document type or an
entity of its own (an entity bomb needs one), a depth or a text beyond any export. What can go wrong: a file cut off in the
middle; what was whole before has landed then, and the error names the line.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from xml.parsers import expat

from pydantic import Field

from pipeline.attribution.amount import currency_of, read_amount
from pipeline.attribution.day import read_moment
from pipeline.errors import InputFileError
from pipeline.history.changed_files import pull_changed
from pipeline.history.deal_stage import deal_stage
from pipeline.history.known import (
    HistoryOptions,
    HistoryReader,
    KnownClient,
    KnownDeal,
    history_record,
    joined,
    reading,
)
from pipeline.lead import RawRecord, SourceKind
from pipeline.settings import Currency
from pipeline.sources.connector import Clock, ConfiguredSource, Connector
from pipeline.sources.page import Page

_DEEPEST = 40
_MOST_TEXT = 2_000_000
_MOST_NODES = 200_000
"""Elements of one counterparty or document; an order of a thousand lines has about ten thousand."""
_READ_AT_ONCE = 1 << 16
_CLIENT, _DOCUMENT = "Контрагент", "Документ"
_IGNORED = frozenset({"Товары", "Налоги", "Скидки"})
_SHIPPED = frozenset({"отпуск товара", "розничная продажа", "передача прав"})


class CommercemlOptions(HistoryOptions):
    """path: files, relative to leadfold.toml, * and ? allowed. operations: the documents that are deals (ХозОперация); an order,
    its bill and its shipment are one sale, so that only one of them should be named. currency: of documents that name none."""

    path: Annotated[str, Field(min_length=1)]
    operations: Annotated[tuple[str, ...], Field(min_length=1)] = ("Заказ товара",)
    currency: Currency | None = None


def pull(source: ConfiguredSource, cursor: Mapping[str, Any] | None, now: Clock) -> Iterator[Page]:
    """Counterparties and documents of every file that changed since the cursor, see `pull_changed`."""

    def read(path: Path, shown: str) -> Iterator[RawRecord]:
        for line, kind, node in read_nodes(path, shown):
            yield from _records(source, kind, node, {"file": shown, "line": str(line)}, now())

    return pull_changed(source, source.options_as(CommercemlOptions).path, cursor, read)


def _records(
    source: ConfiguredSource, kind: str, node: Mapping[str, Any], place: Mapping[str, str], now: datetime
) -> Iterator[RawRecord]:
    if kind == _CLIENT:
        yield history_record(
            source.name, _client_key(node), _client_key(node), node, now, is_deal=False, transport=place
        )
        return
    buyer = _buyer(node)
    document_id = _text(node, "Ид") or _text(node, "Номер")
    if buyer is None or not document_id:
        return
    # Other documents tell of the client too, and since when it is known.
    is_deal = _operation(node) in {_folded(name) for name in source.options_as(CommercemlOptions).operations}
    key = f"deal:{document_id}" if is_deal else f"document:{document_id}"
    yield history_record(source.name, key, _client_key(buyer), node, now, is_deal=is_deal, transport=place)


class _Tree:
    """Builds one counterparty or document after the other from the parser's events."""

    def __init__(self) -> None:
        self.whole: list[tuple[int, str, Mapping[str, Any]]] = []
        self.is_commerceml = False
        self._path: list[tuple[str, dict[str, list[Any]], list[str]]] = []
        self._depth = self._nodes = self._length = self._line = 0

    def attach(self, parser: expat.XMLParserType) -> None:
        self._parser = parser
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.StartDoctypeDeclHandler = self._refuse
        parser.EntityDeclHandler = self._refuse
        parser.ExternalEntityRefHandler = self._refuse

    def _refuse(self, *_: Any) -> int:
        raise _RefusedError("declares a document type or entities, which no export needs")

    def _start(self, name: str, _: Mapping[str, str]) -> None:
        self._depth += 1
        name = name.rpartition(":")[2]
        if self._depth == 1:
            self.is_commerceml = name == "КоммерческаяИнформация"
        if self._depth > _DEEPEST:
            raise _RefusedError(f"is nested deeper than {_DEEPEST} elements")
        if not self._path:
            if name not in (_CLIENT, _DOCUMENT):
                return
            self._line, self._nodes, self._length = self._parser.CurrentLineNumber, 0, 0
        self._nodes += 1
        if self._nodes > _MOST_NODES:
            raise _RefusedError(f"has a document of more than {_MOST_NODES} elements")
        self._path.append((name, {}, []))

    def _characters(self, text: str) -> None:
        if self._path:
            self._path[-1][2].append(text)
            self._length += len(text)
            if self._length > _MOST_TEXT:
                raise _RefusedError(f"has a document of more than {_MOST_TEXT} characters")

    def _end(self, _: str) -> None:
        self._depth -= 1
        if not self._path:
            return
        name, children, pieces = self._path.pop()
        text = "".join(pieces).strip()
        value: Any = children or text
        if not self._path:
            if children:
                self.whole.append((self._line, name, children))
        elif name not in _IGNORED and value:
            self._path[-1][1].setdefault(name, []).append(value)


class _RefusedError(Exception):
    """The file is not what an export is."""


def read_nodes(path: Path, shown: str) -> Iterator[tuple[int, str, Mapping[str, Any]]]:
    """(line, `Контрагент` or `Документ`, its elements: name -> list of texts and elements). Raises InputFileError."""
    parser, tree = expat.ParserCreate(), _Tree()
    tree.attach(parser)
    try:
        with path.open("rb") as body:
            while part := body.read(_READ_AT_ONCE):
                parser.Parse(part, False)
                yield from tree.whole
                tree.whole.clear()
            parser.Parse(b"", True)
        yield from tree.whole
    except _RefusedError as error:
        raise InputFileError(
            shown, f"line {parser.CurrentLineNumber}: {error}", "export it again as CommerceML 2"
        ) from None
    except expat.ExpatError as error:
        problem = f"line {error.lineno}: is not XML from here on (error {error.code})"
        raise InputFileError(shown, problem, "export it again as CommerceML 2") from None
    except (OSError, LookupError, ValueError) as error:
        raise InputFileError(shown, f"cannot be read ({type(error).__name__})", "export it again in UTF-8") from None
    if not tree.is_commerceml:
        raise InputFileError(shown, "is not CommerceML: its root is another element", "export clients as CommerceML 2")


def _all(node: Any, *path: str) -> Iterator[Any]:
    """Every value at a path of element names."""
    if not path:
        yield node
    elif isinstance(node, Mapping):
        for child in node.get(path[0], ()):
            yield from _all(child, *path[1:])


def _text(node: Any, *path: str) -> str:
    return next((value.strip() for value in _all(node, *path) if isinstance(value, str) and value.strip()), "")


def _operation(node: Mapping[str, Any]) -> str:
    return _folded(_text(node, "ХозОперация") or "Заказ товара")


def _folded(operation: str) -> str:
    return " ".join(operation.casefold().replace("ё", "е").split())


def _buyer(node: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The other side of a document: who is not the seller."""
    parties = [party for party in _all(node, "Контрагенты", "Контрагент") if isinstance(party, Mapping)]
    others = [party for party in parties if _text(party, "Роль").casefold() != "продавец"]
    return next(iter(others or parties), None)


def _client_key(node: Mapping[str, Any]) -> str:
    known = _text(node, "Ид") or _text(node, "ИНН") or _text(node, "Наименование")
    return f"client:{known[:200]}"


def _party(document: Mapping[str, Any]) -> Mapping[str, Any]:
    return (_buyer(document) or {}) if "Контрагенты" in document else document


def _client(document: Mapping[str, Any], record: RawRecord, source: ConfiguredSource) -> KnownClient:
    party = _party(document)
    contacts: dict[str, list[str]] = {"phone": [], "email": []}
    holders = [
        party,
        *_all(party, "Представители", "Представитель", "Контрагент"),
        *_all(party, "Представители", "Представитель"),
    ]
    for holder in holders:
        for contact in (*_all(holder, "Контакты", "Контакт"), *_all(holder, "Контакт")):
            kind, value = _text(contact, "Тип").casefold(), _text(contact, "Значение") or _text(contact, "КонтактВид")
            contacts["email" if "почта" in kind or "mail" in kind or "@" in value else "phone"].append(value)
    is_person = not any(_text(party, name) for name in ("ОфициальноеНаименование", "КПП", "ЮридическийАдрес")) and (
        bool(_text(party, "Фамилия") or _text(party, "Имя")) or len(_text(party, "ИНН")) == 12
    )
    title = (
        _text(party, "ОфициальноеНаименование") or _text(party, "ПолноеНаименование") or _text(party, "Наименование")
    )
    fields = {
        "first_name": _text(party, "Имя"), "last_name": _text(party, "Фамилия"), "patronymic": _text(party, "Отчество"),
        "phone": joined([*contacts["phone"], _text(party, "Телефон")]), "email": joined(contacts["email"]), "tax_id": _text(party, "ИНН"),
        "city": _text(party, "Адрес", "Город"),
    }  # fmt: skip
    if is_person:
        fields["name"] = "" if fields["last_name"] or fields["first_name"] else title
    else:
        fields["company"] = title
        fields["name"] = next((_text(each, "Наименование") for each in holders[1:] if _text(each, "Наименование")), "")
    return KnownClient(fields=fields, since=_dated(document, record, source) if _text(document, "Дата") else None)


def _deal(document: Mapping[str, Any], record: RawRecord, source: ConfiguredSource) -> KnownDeal:
    options = source.options_as(CommercemlOptions)
    opened = _dated(document, record, source)
    stage = _stage(document, options)
    total = _text(document, "Сумма")
    amount = read_amount(total, ".", _place(record, "Сумма")) if total else None
    return KnownDeal(
        stage=stage,
        amount=amount.value if amount else None,
        currency=currency_of(_text(document, "Валюта")) or options.currency or "",
        opened_at=opened,
        closed_at=opened if stage in ("won", "lost") else None,
    )


def _dated(document: Mapping[str, Any], record: RawRecord, source: ConfiguredSource) -> datetime:
    today = record.received_at.astimezone(source.timezone).date()
    day = f"{_text(document, 'Дата')[:10]} {_text(document, 'Время') or '00:00:00'}"
    return read_moment(day, source.timezone, _place(record, "Дата"), today)


def _stage(document: Mapping[str, Any], options: CommercemlOptions) -> str:
    """The status that the shop exchange writes into the requisites; without one, goods that left are a sale."""
    told = {
        _text(each, "Наименование").casefold(): _text(each, "Значение")
        for each in _all(document, "ЗначенияРеквизитов", "ЗначениеРеквизита")
    }
    status = told.get("статус заказа") or told.get("статус")
    if status and (stage := deal_stage(status, options.stages)):
        return stage
    if told.get("отменен", told.get("отменён", "")).casefold() == "true":
        return "lost"
    if (
        _operation(document) in _SHIPPED
        or told.get("заказ оплачен", "").casefold() == "true"
        or told.get("дата оплаты по 1с")
    ):
        return "won"
    return "new"


def _place(record: RawRecord, field: str) -> str:
    return f"{record.transport.get('file', 'file')} line {record.transport.get('line', '?')}, {field}"


READER = HistoryReader(_client, _deal)
CONNECTOR = Connector(
    vendor="1c-xml", kind=SourceKind.CRM, options=CommercemlOptions, read=reading(READER), pull=pull, title="1C, CommerceML 2",
    tested="files of our own after the published schema",
)  # fmt: skip
