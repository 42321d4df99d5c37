"""Columns of spend, rate and deal files, by any name that platforms and people give them."""

import re
from collections.abc import Mapping, Sequence
from unicodedata import normalize

_UNIT = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|,\s*[^,\s]{1,5}\s*$")
_SEPARATORS = re.compile(r"[\W_]+")

SPEND_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "day": ("day", "date", "date day", "date start", "reporting starts", "report date", "segments date", "stat date", "день", "дата", "дата начала отчетности", "дата начала отчётности", "data", "dzień", "początek raportowania", "data rozpoczęcia"),
    "campaign_id": ("campaign id", "campaignid", "campaign no", "id campaign", "id кампании", "номер кампании", "no кампании", "кампания id", "identyfikator kampanii", "id kampanii", "nr kampanii"),
    "campaign_name": ("campaign name", "campaignname", "campaign", "кампания", "название кампании", "наименование кампании", "рекламная кампания", "kampania", "nazwa kampanii"),
    "spend": ("spend", "spent", "cost", "costs", "amount spent", "total spent", "amount", "total cost", "расход", "расходы", "затраты", "стоимость", "сумма затрат", "потрачено", "израсходовано", "расход всего", "koszt", "koszty", "wydatki", "wydana kwota", "wydano", "kwota wydana"),
    "spend_micros": ("cost micros", "metrics cost micros", "spend micros"),
    "currency": ("currency", "currency code", "account currency", "валюта", "код валюты", "waluta", "kod waluty"),
    "clicks": ("clicks", "link clicks", "inline link clicks", "metrics clicks", "клики", "переходы", "kliknięcia", "kliknięcia linku"),
    "impressions": ("impressions", "impr", "metrics impressions", "показы", "wyświetlenia", "wyśw"),
    "account": ("account", "account id", "customer id", "account name", "client login", "аккаунт", "логин", "id аккаунта", "konto", "id konta", "identyfikator klienta"),
    "site": ("site", "website", "domain", "сайт", "домен", "strona", "witryna", "domena"),
}  # fmt: skip
"""Our name to the names recognised, folded: lower case, one space for anything between words, no unit in brackets."""

RATE_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "day": ("date", "day", "дата", "день", "data", "dzień"),
    "currency": ("currency", "currency code", "code", "валюта", "код", "waluta", "kod", "kod waluty"),
    "rate": ("rate", "exchange rate", "per base", "курс", "kurs"),
}

DEAL_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "deal_id": ("deal id", "id", "deal", "id сделки", "сделка", "номер сделки", "id transakcji", "transakcja", "numer transakcji"),
    "client_ref": ("client ref", "client id", "client", "leadfold id", "клиент", "id клиента", "klient", "id klienta"),
    "phone": ("phone", "telephone", "mobile", "телефон", "telefon", "numer telefonu"),
    "email": ("email", "e mail", "mail", "почта", "эл почта", "электронная почта", "adres email", "adres e mail"),
    "stage": ("stage", "status", "этап", "стадия", "статус", "etap"),
    "amount": ("amount", "sum", "value", "revenue", "сумма", "бюджет", "выручка", "kwota", "wartość", "przychód"),
    "currency": ("currency", "currency code", "валюта", "waluta"),
    "opened_at": ("opened at", "created at", "opened", "created", "дата создания", "создана", "data utworzenia", "utworzono"),
    "closed_at": ("closed at", "closed", "won at", "дата закрытия", "закрыта", "data zamknięcia", "zamknięto"),
    "manager": ("manager", "responsible", "owner", "deal owner", "assigned to", "менеджер", "ответственный", "opiekun", "odpowiedzialny", "handlowiec"),
    "lost_reason": ("lost reason", "loss reason", "closed lost reason", "reason", "причина отказа", "причина проигрыша", "powód utraty", "powód przegranej", "przyczyna"),
    "next_step": ("next step", "next step at", "next step date", "next activity", "next activity date", "next task", "next task date", "следующий шаг", "дата следующего шага", "следующее действие", "ближайшая задача", "дата ближайшей задачи", "następny krok", "data następnego kroku", "następne działanie", "data następnego działania"),
    "last_activity": ("last activity", "last activity at", "last activity date", "last contacted", "last contact", "последняя активность", "дата последней активности", "последний контакт", "дата последнего контакта", "ostatnia aktywność", "data ostatniej aktywności", "ostatni kontakt"),
    "first_response": ("first response", "first response at", "first response date", "first contacted", "first contact at", "первый ответ", "дата первого ответа", "первый контакт", "дата первого контакта", "pierwsza odpowiedź", "data pierwszej odpowiedzi", "pierwszy kontakt"),
}  # fmt: skip


def fold_column(name: str) -> str:
    """What the spellings of one column's name share."""
    return _SEPARATORS.sub(" ", normalize("NFKC", name)).strip().casefold()


def match_columns(
    header: Sequence[str], known: Mapping[str, tuple[str, ...]], given: Mapping[str, str]
) -> dict[str, int]:
    """Our name to its place in a header. given: names that the configuration maps; they are taken as written first.

    Where several columns have names of one field, the field's earlier name wins.
    """
    whole = {fold_column(name): place for place, name in reversed(list(enumerate(header)))}
    bare = {fold_column(_UNIT.sub("", name)): place for place, name in reversed(list(enumerate(header)))}
    found = {field: whole[fold_column(name)] for field, name in given.items() if fold_column(name) in whole}
    taken = set(found.values())
    for field, names in known.items():
        if field in given:
            continue
        for name in names:
            place = whole.get(name, bare.get(name))
            if place is not None and place not in taken:
                found[field] = place
                taken.add(place)
                break
    return found
