"""Stages of deals by the names that CRMs and people give them."""

from collections.abc import Mapping

STAGES: Mapping[str, tuple[str, ...]] = {
    "new": (
        "new", "open", "in progress", "prospecting", "needs analysis", "value proposition", "perception analysis", "id. decision makers",
        "новая", "новый", "открыта", "в работе", "в обработке", "первичный контакт", "к выполнению", "nowa", "nowe", "otwarta", "w toku",
    ),
    "qualified": (
        "qualified", "qualification", "sql", "target", "proposal", "proposal/price quote", "negotiation", "negotiation/review",
        "квалифицирована", "квалифицирован", "целевой", "целевая", "переговоры", "согласование", "zakwalifikowana", "kwalifikowana",
        "negocjacje",
    ),
    "won": (
        "won", "closed won", "success", "paid", "успешно", "выиграна", "оплачено", "оплачен", "продажа", "успешно реализовано", "выполнен",
        "выполнена", "отгружен", "закрыт", "сделка успешна", "wygrana", "sprzedaż", "zrealizowane", "opłacone",
    ),
    "lost": (
        "lost", "closed lost", "fail", "failed", "cancelled", "canceled", "проиграна", "отказ", "закрыто и не реализовано", "отменен",
        "отменён", "отменена", "отклонен", "отклонён", "сделка провалена", "przegrana", "utracona", "anulowane", "anulowana",
    ),
    "junk": ("junk", "spam", "мусор", "спам", "некачественный", "śmieć"),
}  # fmt: skip
"""Our stage to the names recognised, folded."""

CLOSED = frozenset({"won", "lost", "junk"})

_BY_NAME = {name: stage for stage, names in STAGES.items() for name in names}


def fold_stage(name: str) -> str:
    """What the spellings of one stage's name share."""
    return " ".join(name.replace("_", " ").split()).casefold().removeprefix("[f] ").removeprefix("[n] ")


def deal_stage(name: str, given: Mapping[str, str] | None = None) -> str:
    """Our stage of a CRM's: by the configuration's own names first; '' where nobody knows it."""
    folded = fold_stage(name)
    for theirs, ours in (given or {}).items():
        if fold_stage(theirs) == folded:
            return ours
    return _BY_NAME.get(folded, "")
