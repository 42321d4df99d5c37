"""Digits that were written as words, as speech recognition and hurried people write a telephone number."""

import re

_UNITS = (
    ("ноль нуль zero oh nought", 0),
    ("один одна раз jeden jedna one", 1),
    ("два две dwa dwie two", 2),
    ("три trzy three", 3),
    ("четыре cztery four", 4),
    ("пять piec five", 5),
    ("шесть szesc six", 6),
    ("семь siedem seven", 7),
    ("восемь osiem eight", 8),
    ("девять dziewiec nine", 9),
    ("десять dziesiec ten", 10),
    ("одиннадцать jedenascie eleven", 11),
    ("двенадцать dwanascie twelve", 12),
    ("тринадцать trzynascie thirteen", 13),
    ("четырнадцать czternascie fourteen", 14),
    ("пятнадцать pietnascie fifteen", 15),
    ("шестнадцать szesnascie sixteen", 16),
    ("семнадцать siedemnascie seventeen", 17),
    ("восемнадцать osiemnascie eighteen", 18),
    ("девятнадцать dziewietnascie nineteen", 19),
    ("двадцать dwadziescia twenty", 20),
    ("тридцать trzydziesci thirty", 30),
    ("сорок czterdziesci forty", 40),
    ("пятьдесят piecdziesiat fifty", 50),
    ("шестьдесят szescdziesiat sixty", 60),
    ("семьдесят siedemdziesiat seventy", 70),
    ("восемьдесят osiemdziesiat eighty", 80),
    ("девяносто dziewiecdziesiat ninety", 90),
    ("сто sto", 100),
    ("двести dwiescie", 200),
    ("триста trzysta", 300),
    ("четыреста czterysta", 400),
    ("пятьсот piecset", 500),
    ("шестьсот szescset", 600),
    ("семьсот siedemset", 700),
    ("восемьсот osiemset", 800),
    ("девятьсот dziewiecset", 900),
)
_VALUES = {word: value for words, value in _UNITS for word in words.split()}
_REPEATS = {"double": 2, "triple": 3}
_PLUS = frozenset({"плюс", "plus"})
_POLISH = str.maketrans("ąćęłńóśźżё", "acelnoszz\u0435")
_WORD = re.compile(r"[^\W\d_]+|\d+")
_FEWEST_WORDS, _FEWEST_NUMBERS = 2, 4


def spoken_digits(text: str) -> str:
    """Digits of a text in which four or more numbers stand, some as words: `восемь девятьсот шестнадцать` gives `8916`, else ``.

    Words that are no numbers are passed over; a plus at the front stays.
    """
    words = _WORD.findall(text.casefold().translate(_POLISH)[:500])
    spoken = sum(word in _VALUES for word in words)
    if spoken < _FEWEST_WORDS or spoken + sum(map(str.isdigit, words)) < _FEWEST_NUMBERS:
        return ""
    written: list[str] = []
    group, lowest, times = 0, 1000, 1
    for word in [*words, ""]:
        value = _VALUES.get(word)
        joins = value is not None and 0 < value < lowest and not (lowest == 100 and value >= 100)
        if lowest < 1000 and not (joins and group):
            written.append(str(group) * times)
            group, lowest, times = 0, 1000, 1
        if value is not None:
            group += value
            lowest = 100 if value >= 100 else 10 if value >= 20 else 0
        elif word.isdigit():
            written.append(word)
        elif word in _REPEATS:
            times = _REPEATS[word]
        elif word in _PLUS and not written:
            written.append("+")
    return "".join(written)
