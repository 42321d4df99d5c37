"""What people write where they have nothing to write: no evidence in any kind of field."""

from collections.abc import Sequence

PLACEHOLDERS = frozenset(
    {
        "-", "--", "---", "–", "—", ".", "..", "...", "…", "?", "??", "???", "/", "*", "**", "***", "n/a", "n/d", "n.d.", "n\\a", "n.a.", "n.a", "na", "nan", "nat", "none", "null", "nil", "undefined", "unknown", "unk", "not known", "not given", "not stated",
        "not specified", "not provided", "not available", "no", "no data", "missing", "blank", "empty", "<na>", "#n/a", "(null)", "(blank)", "(none)", "unspecified",
        "not applicable", "withheld", "refused", "tbc", "tba", "pending",
        "нет", "нет данных", "не указан", "не указана", "не указано", "неизвестно", "неизвестен", "неизвестна", "не знаю", "без имени", "н/д", "отсутствует", "пусто",
        "б/н", "б.н.", "б/о", "без отчества", "без номера", "н.д.", "н/у", "не имеет", "не имеется", "не применимо", "не известно", "не определено", "не указал", "не указала", "не сообщил", "не сообщила", "не назвал", "не назвала",
        "немає", "відсутній", "відсутня", "невідомо", "не вказано",
        "brak", "brak danych", "nie podano", "nieznany", "nieznana", "nieznane", "nie dotyczy", "nd", "b/d", "puste", "nie ma", "nie posiada", "bez numeru", "nie ustalono", "b.d.", "tbd", "to be confirmed", "to follow", "уточнить", "уточняется", "уточню", "будет позже", "позже", "нет инн", "без инн", "запросить", "до уточнения",
        "keine", "kein", "keine angabe", "k.a.", "k. a.", "k.a", "folgt", "unbekannt", "entfällt", "liegt nicht vor", "nicht bekannt", "nicht vorhanden", "do uzupełnienia", "uzupełnić", "do ustalenia",
        "není", "neuvedeno", "nezadáno", "neznámé", "doplnit", "bude doplněno",
        "xxx", "xx", "x", "тест", "test", "asdf", "qwerty",
    }
)  # fmt: skip
"""Whole values in small letters that stand for none."""

LONGEST_PLACEHOLDER = 20
"""Characters, with blanks around, that are looked at: none of these is so long, and a value may hold megabytes."""


def without_placeholders(values: Sequence[str]) -> list[str]:
    """The values, '' in place of one that stands for none."""
    return [
        "" if len(value) < LONGEST_PLACEHOLDER and value.strip().lower() in PLACEHOLDERS else value for value in values
    ]
