"""Columns of exports of clients and deals, by the names that CRMs, 1C and people give them."""

from collections.abc import Mapping, Sequence
from functools import lru_cache

from pipeline.attribution.column import fold_column
from pipeline.sources.field_map import JOINED

CLIENT_FIELDS = (
    "name",
    "first_name",
    "last_name",
    "patronymic",
    "phone",
    "email",
    "company",
    "tax_id",
    "city",
    "region",
)
"""Fields of an enquiry that a client's record may fill."""

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "client_id": ("client id", "contact id", "account id", "crm id", "customer id", "lead id", "record id", "id", "id клиента", "id контакта", "код", "код клиента", "код контрагента", "ид", "guid", "ссылка", "id klienta", "id kontaktu", "identyfikator", "kod klienta"),
    "name": ("name", "full name", "client", "client name", "contact", "contact name", "customer", "customer name", "фио", "имя и фамилия", "клиент", "контакт", "контактное лицо", "полное имя", "основной контакт", "imię i nazwisko", "klient", "kontakt", "osoba kontaktowa"),
    "first_name": ("first name", "given name", "имя", "imię"),
    "last_name": ("last name", "surname", "family name", "фамилия", "nazwisko"),
    "patronymic": ("patronymic", "middle name", "second name", "отчество"),
    "phone": ("phone", "mobile", "mobile phone", "phone number", "telephone", "work phone", "business phone", "home phone", "other phone", "phone 1", "phone 2", "phone 3", "телефон", "телефоны", "номер телефона", "мобильный", "мобильный телефон", "рабочий телефон", "домашний телефон", "другой телефон", "контактный телефон", "телефон рабочий", "телефон мобильный", "рабочий прямой телефон", "телефон компании", "телефон контакт", "telefon", "telefon komórkowy", "telefon służbowy", "numer telefonu", "komórka"),
    "email": ("email", "e mail", "mail", "email address", "work email", "other email", "почта", "эл почта", "электронная почта", "адрес электронной почты", "рабочий e mail", "рабочий email", "email рабочий", "e mail рабочий", "частный e mail", "личный email", "адрес эл почты", "adres email", "adres e mail", "poczta"),
    "company": ("company", "company name", "account name", "account", "organization", "organisation", "компания", "название компании", "организация", "контрагент", "наименование", "полное наименование", "наименование контрагента", "юр лицо", "firma", "nazwa firmy", "organizacja", "kontrahent"),
    "tax_id": ("tax id", "vat id", "vat number", "tax number", "инн", "инн клиента", "инн контрагента", "nip", "regon"),
    "city": ("city", "mailing city", "billing city", "город", "miasto"),
    "region": ("country code", "region code", "код страны", "kod kraju"),
    "kind": ("client type", "type of client", "вид контрагента", "юр физ лицо", "юр лицо физ лицо", "тип контрагента", "typ klienta", "rodzaj klienta"),
    "created": ("created", "created at", "created date", "create date", "date created", "creation date", "client since", "customer since", "дата создания", "создан", "создана", "дата регистрации", "дата первой покупки", "клиент с", "utworzono", "data utworzenia", "klient od", "data rejestracji"),
    "changed": ("changed", "modified", "updated", "updated at", "last modified", "last modified date", "дата изменения", "дата редактирования", "изменен", "zmodyfikowano", "data modyfikacji"),
    "deal_id": ("deal id", "opportunity id", "deal", "order id", "order number", "order", "id сделки", "номер сделки", "сделка", "номер заказа", "заказ", "id transakcji", "numer zamówienia", "zamówienie"),
    "stage": ("stage", "deal stage", "status", "opportunity stage", "order status", "этап", "этап сделки", "стадия", "стадия сделки", "статус", "статус заказа", "etap", "status zamówienia"),
    "amount": ("amount", "deal amount", "sum", "value", "revenue", "total", "budget", "сумма", "сумма заказа", "сумма сделки", "бюджет", "выручка", "kwota", "wartość", "przychód"),
    "currency": ("currency", "currency code", "amount currency", "deal currency", "валюта", "waluta"),
    "opened_at": ("opened", "opened at", "deal created", "deal created at", "order date", "opportunity created date", "дата открытия", "дата создания сделки", "дата начала", "дата заказа", "data otwarcia", "data zamówienia"),
    "manager": ("manager", "responsible", "deal owner", "opportunity owner", "owner", "assigned to", "менеджер", "ответственный", "ответственный за сделку", "opiekun", "odpowiedzialny", "handlowiec"),
    "lost_reason": ("lost reason", "loss reason", "closed lost reason", "причина отказа", "причина проигрыша", "причина отмены", "powód utraty", "powód przegranej"),
    "next_step": ("next step", "next step at", "next step date", "next activity", "next activity date", "next task", "next task date", "следующий шаг", "дата следующего шага", "следующее действие", "ближайшая задача", "дата ближайшей задачи", "następny krok", "data następnego kroku", "następne działanie", "data następnego działania"),
    "last_activity": ("last activity", "last activity at", "last activity date", "last contacted", "last contact", "последняя активность", "дата последней активности", "последний контакт", "дата последнего контакта", "ostatnia aktywność", "data ostatniej aktywności", "ostatni kontakt"),
    "first_response": ("first response", "first response at", "first response date", "first contacted", "first contact at", "первый ответ", "дата первого ответа", "первый контакт", "дата первого контакта", "pierwsza odpowiedź", "data pierwszej odpowiedzi", "pierwszy kontakt"),
    "closed_at": ("closed", "closed at", "close date", "closed date", "won at", "won date", "дата закрытия", "дата завершения", "дата оплаты", "дата продажи", "data zamknięcia", "data sprzedaży"),
}  # fmt: skip
"""Our name to the names recognised, folded as `fold_column` folds them."""

_FIELD = {name: field for field, names in COLUMNS.items() for name in names}
_SEPARATOR = {"phone": JOINED["phone"], "email": JOINED["email"]}


@lru_cache(maxsize=2048)
def field_of_column(name: str) -> str:
    """Our field of a column's name; '' for one that nobody knows."""
    folded = fold_column(name)
    return _FIELD.get(folded) or _FIELD.get(fold_column(name.partition("(")[0]), "")


def columns_of(header: Sequence[str], given: Mapping[str, str]) -> Mapping[int, str]:
    """Places of a header to our fields. given: our field -> the file's name, taken first; several columns may hold phones
    and e-mails, of any other field the first counts."""
    named = {fold_column(theirs): ours for ours, theirs in given.items()}
    found: dict[int, str] = {}
    taken: set[str] = set()
    for place, name in enumerate(header):
        field = named.get(fold_column(name), "")
        if field:
            found[place] = field
            taken.add(field)
    for place, name in enumerate(header):
        field = field_of_column(name)
        if place in found or not field or (field in taken and field not in _SEPARATOR):
            continue
        found[place] = field
        taken.add(field)
    return found


def cells_of(row: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    """A row by column name as cells by our field: several phones and e-mails stand in one cell."""
    header = list(row)
    cells: dict[str, str] = {}
    for place, field in columns_of(header, given).items():
        text = str(row[header[place]] or "").strip()
        if not text:
            continue
        cells[field] = f"{cells[field]}{_SEPARATOR[field]}{text}" if field in cells else text
    return cells
