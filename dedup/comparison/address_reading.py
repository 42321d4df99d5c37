"""Addresses cut into pieces, each with its sort and its role: many at once, each distinct piece and each distinct shape read once."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import islice, pairwise

import numpy as np

from dedup.arrays import Bools, Ints
from dedup.comparison import address_plan as plan
from dedup.comparison.place import city_names
from dedup.comparison.typed_text import cut_values
from dedup.comparison.words import Words, find_phrases, folded, read_words, texts_of
from dedup.folding import plain_latin_words

_LONGEST = 400
"""Characters of a value that are read: no address is longer."""

_SAME_SIGNS = str.maketrans(
    {"\r": ",", "|": ",", "\\": "/", "º": " ", "ª": " ", "°": " "}
    | dict.fromkeys("–—‑−", "-")
    | dict.fromkeys("'’`ʼ´", "")
)
_APOSTROPHES = re.compile(r"['’`ʼ´]")
_REWRITTEN = tuple(
    (sign, re.compile(spelling, re.MULTILINE), word)
    for sign, spelling, word in (
        ("/я", r"(?<!\w)[аaп]/я(?!\w)", " pobox "),
        ("м/р", r"(?<!\w)м/р(?:-н)?(?!\w)", " мкр "),
        ("c/", r"(?<!\w)c/(?!\w)|(?<!\w)c/ ?(?=[^\W\d_]{3})", " calle "),
        ("pº", r"(?<!\w)pº", " paseo "),
        ("str", r"str(?<=[^\W\d_]{3}str)(?:asse|ase|aße)?(?![^\W_])", " str"),
        ("pl", r"pl(?<=[^\W\d_]{3}pl)(?:atz(?!\w)|\.)", " platz "),
        ("б.", r"(?<!\w)б\. ?(?=[^\W\d_]{3,}(?:ая|ий|ой|ый)(?!\w))", "большая "),
        ("м.", r"(?<=ул\. |пер\.)м\. ?(?=[^\W\d_]{3,}(?:ая|ий|ой|ый)(?!\w))", "малая "),
        ("one ", r"^one (?=[a-z])", "1 "),
    )
)
"""What is written otherwise before an address is cut: a sign that a text of it holds, what is sought, and what stands for it."""

_PIECES = re.compile(
    r"(?<![\w-])\d\d-\d{3}(?![\w-])(?=[ ,]*[^\W\d_])|(?<=, )\d\d-\d{3}(?![\w-])"  # Polish postcodes
    r"|(?<!\w)[a-z]{1,2}-\d{4,5}(?!\w)"  # D-18055
    r"|(?<!\w)[a-z]{1,2}\d[a-z\d]? ?\d(?!st|nd|rd|th)[a-z]{2}(?!\w)"  # OX25 5NZ
    r"|\d{5}-\d{4}(?!\d)"
    r"|\d{1,3}-?(?:st|nd|rd|th|ая|я|й|ый|ий|ой|ое|е|го|ого|ій|go|szego|ego|ia|aia|oi|i|ii)(?!\w)"
    r"|\d{1,4}[^\W\d_](?!\w)|\d+"
    r"|[^\W\d_]{1,3}-[^\W\d_]{1,2}(?!\w)|[^\W\d_]+"  # р-н, W-wa are words
    r"|[,;()\n/#]|(?<=\w)-(?=\d)|(?<=\d)-(?=\w)|(?<=\d )-(?= ?\d)"
)
_SIGNS = {
    "\n": plan.COMMA,
    ",": plan.COMMA,
    ";": plan.COMMA,
    "(": plan.COMMA,
    ")": plan.COMMA,
    "/": plan.SLASH,
    "#": plan.HASH,
    "-": plan.HYPHEN,
}
_NUMBERED = re.compile(r"(\d+)-?([^\W\d_]*)")
_ORDINAL_LETTERS = frozenset("йяеi")
_LAST_CYRILLIC = "\u052f"
_HOUSE_LETTERS = frozenset("abcdevgz")
_SORTS = {
    "type": plan.TYPE,
    "behind": plan.BEHIND,
    "saint": plan.SAINT,
    "estate": plan.ESTATE,
    "house": plan.HOUSE,
    "building": plan.BUILDING,
    "flat": plan.FLAT,
    "floor": plan.FLOOR,
    "number": plan.NUMBER_SIGN,
    "town": plan.SETTLEMENT,
    "district": plan.DISTRICT,
    "district_front": plan.DISTRICT_FRONT,
    "region": plan.REGION,
    "region_front": plan.REGION_FRONT,
    "area": plan.AREA,
    "city": plan.TOWN,
    "country": plan.COUNTRY,
    "of_number": plan.OF_NUMBER,
    "written_number": plan.WRITTEN_NUMBER,
    "telling": plan.WORD,
    "form": plan.WORD,
    "direction": plan.DIRECTION,
    "box": plan.BOX,
    "letter": plan.LETTER,
    "little": plan.LITTLE,
}
_EITHER = {
    "house_or_village": plan.HOUSE_OR_VILLAGE,
    "flat_or_town": plan.FLAT_OR_TOWN,
    "building": plan.BUILDING_LETTER,
    "building_or_village": plan.BUILDING_OR_VILLAGE,
    "town": plan.TOWN_LETTER,
}
_RENAMED = frozenset(("city", "written_number", "box", "form"))
"""Sections whose spellings are brought to the key."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What the table says of a word: its sort as `address_plan` has it, the word it is brought to, and the sort of street."""

    sort: str
    word: str
    street_sort: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """The pieces of addresses. words: plain Latin words of all pieces; roles: [pieces], codes of the signs of `address_plan`;
    street_sorts: for each word of the vocabulary its sort of street, '' for none."""

    words: Words
    roles: np.ndarray[tuple[int], np.dtype[np.uint8]]
    street_sorts: tuple[str, ...]

    def having(self, *roles: str) -> Bools:
        """Which pieces have one of the roles, [pieces]."""
        found = np.zeros(256, dtype=bool)
        found[[ord(role) for role in roles]] = True
        return np.asarray(found[self.roles], dtype=bool)


@cache
def _rows() -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    text = files("dedup.comparison").joinpath("address_words.tsv").read_text(encoding="utf-8")
    found = []
    for line in text.splitlines():
        if line and not line.startswith("#"):
            section, key, spellings = line.split("\t")
            several = (key, *spellings.split("|")) if section in {"area", "city"} else tuple(spellings.split("|"))
            found.append((section, key, several))
    cities: dict[str, list[str]] = {}
    for name, first in city_names():
        cities.setdefault(first, [first]).append(name)
    found.extend(("city", first, tuple(names)) for first, names in cities.items())
    return tuple(found)


def _plain(spellings: Sequence[str]) -> list[str]:
    return texts_of(read_words([spelling.casefold() for spelling in spellings]))


@cache
def _tables() -> tuple[Mapping[str, _Known], Mapping[str, _Known], Mapping[tuple[str, ...], _Known]]:
    """The words of the table as written, in plain Latin, and the phrases of several words in plain Latin, longest first."""
    written: dict[str, _Known] = {}
    plain: dict[str, _Known] = {}
    phrases: dict[tuple[str, ...], _Known] = {}
    rows = _rows()
    latin_keys = _plain([key for _, key, _ in rows])
    both = iter(_in_both([spelling for _, _, spellings in rows for spelling in spellings]))
    for (section, key, spellings), latin_key in zip(rows, latin_keys, strict=True):
        sort = _EITHER[key] if section == "either" else _SORTS[section]
        renames = section in _RENAMED or (section == "of_number" and key != section)
        name = latin_key.replace(" ", "") if renames else ""
        street_sort = key if section in {"type", "behind", "saint", "estate"} else ""
        for spelling, latin in islice(both, len(spellings)):
            # МО is no MO: those written in Cyrillic get the name of their own region at once.
            own = latin_key if section == "area" and not spelling.isascii() else name
            known = _Known(sort, own or latin.replace(" ", "").replace("-", ""), street_sort)
            if " " in latin:
                phrases.setdefault(tuple(latin.split(" ")), known)
            elif latin:
                written.setdefault(spelling, known)
                # A single letter means what it means in its own script, but for markers: д and d, г and g.
                if len(latin) > 1 or section == "either":
                    plain.setdefault(latin, known)
    phrases = {phrase: phrases[phrase] for phrase in sorted(phrases, key=lambda phrase: (-len(phrase), phrase))}
    return written, plain, phrases


_ABBREVIATED = re.compile(r"[^\W\d_]{1,3}-[^\W\d_]{1,2}")


def _in_both(spellings: Sequence[str]) -> list[tuple[str, str]]:
    """Each spelling in small letters, and in plain Latin; those of a word and a hyphen, such as б-р, keep the hyphen: бр is another."""
    small = [_APOSTROPHES.sub("", spelling).casefold() for spelling in spellings]
    latin = [
        plain_latin_words([spelling])[0] if _ABBREVIATED.fullmatch(spelling) else plain
        for spelling, plain in zip(small, _plain(small), strict=True)
    ]
    return list(zip(small, latin, strict=True))


@cache
def _keys_of(wanted: str) -> Mapping[str, str]:
    """The words of a section in plain Latin, each to its key."""
    rows = [(key, spelling) for section, key, spellings in _rows() if section == wanted for spelling in spellings]
    return dict(zip(_plain([spelling for _, spelling in rows]), (key for key, _ in rows), strict=True))


def telling_words() -> Mapping[str, str]:
    """Words that make another street of a name, such as new and upper, each to its key."""
    return _keys_of("telling")


@cache
def names_of_areas() -> Mapping[str, str]:
    """Other names of regions and states, without blanks, each to the first name: il to illinois."""
    found = _keys_of("area")
    firsts = dict(zip(found.values(), _plain(list(found.values())), strict=True))
    return {name.replace(" ", ""): firsts[first] for name, first in found.items()}


@cache
def telling_names() -> frozenset[str]:
    """The same words folded."""
    return frozenset(texts_of(folded(read_words(list(telling_words())))))


def sides_of_the_world() -> Mapping[str, str]:
    """Words for the sides of the world, each to its key: north to n."""
    return _keys_of("direction")


@cache
def sorts_of_street() -> tuple[str, ...]:
    """The sorts of street of the table, '' and the plain street first."""
    return tuple(
        dict.fromkeys(("", "street", *(key for section, key, _ in _rows() if section in {"type", "behind", "estate"})))
    )


def read_addresses(values: Sequence[str]) -> Reading:
    """The pieces of each value, `LONGEST` at most, with their roles."""
    text = "\n".join([value[:_LONGEST] for value in cut_values([value.replace("\n", ",") for value in values])]).lower()
    for sign, spelling, word in _REWRITTEN:
        if sign in text:
            text = spelling.sub(word, text)
    text = unicodedata.normalize("NFKC", text.translate(_SAME_SIGNS)).casefold()
    pieces = _PIECES.findall(text) if values else []
    vocabulary = list(dict.fromkeys(pieces))
    numbers = {piece: place for place, piece in enumerate(vocabulary)}
    codes = np.fromiter(map(numbers.__getitem__, pieces), dtype=np.int64, count=len(pieces))
    ends = codes == numbers.get("\n", -1)
    row = np.cumsum(ends)[~ends]
    code = codes[~ends]
    starts = np.searchsorted(row, np.arange(len(values)))
    early = np.arange(len(row)) - starts[row] < plan.LONGEST if len(row) else np.zeros(0, dtype=bool)
    row, code = row[early], code[early]
    return _with_roles(len(values), row, code, vocabulary)


def _with_roles(texts: int, row: Ints, code: Ints, vocabulary: list[str]) -> Reading:
    written, plain, phrases = _tables()
    latin = plain_latin_words(vocabulary)
    known = [_known(piece, word, written, plain) for piece, word in zip(vocabulary, latin, strict=True)]
    names = [one.word for one in known]
    sorts = [one.street_sort for one in known]
    signs = np.array([ord(one.sort) for one in known] or [0], dtype=np.uint8)[code]
    words = Words(texts, row, code, tuple(latin))
    # Two written pieces may be one Latin word; phrases are looked for among words that are distinct.
    merged: dict[str, int] = {}
    number = np.array([merged.setdefault(word, len(merged)) for word in latin] or [0], dtype=np.int64)
    plain_words = Words(texts, row, number[code], tuple(merged))
    ordered = tuple(phrases)
    taken = np.zeros(len(row), dtype=bool)
    code = code.copy()
    for which, found in find_phrases(plain_words, ordered):
        phrase = ordered[which]
        free = found[~np.any([taken[found + step] for step in range(len(phrase))], axis=0)]
        if not len(free):
            continue
        target = phrases[phrase]
        names.append(target.word)
        sorts.append(target.street_sort)
        code[free] = len(names) - 1
        signs[free] = ord(target.sort)
        for step in range(len(phrase)):
            taken[free + step] = True
            if step:
                signs[free + step] = ord(plan.REST)
    words = Words(texts, row, code, tuple(names))
    shapes = signs.tobytes().decode("ascii")
    bounds = np.concatenate([[0], np.cumsum(words.counts())]).tolist()
    plan_of = plan.plan_of
    roles = "".join([plan_of(shapes[start:end]) for start, end in pairwise(bounds)])
    return Reading(words, np.frombuffer(roles.encode("ascii"), dtype=np.uint8), tuple(sorts))


def _known(piece: str, latin: str, written: Mapping[str, _Known], plain: Mapping[str, _Known]) -> _Known:
    if piece in _SIGNS:
        return _Known(_SIGNS[piece], "")
    if piece.isdigit():
        size = len(latin)
        sort = plan.POSTCODE if size > 4 else "NN34"[size - 1] if size else plan.COMMA
        return _Known(sort, latin.lstrip("0") or "0")
    if piece[0].isdigit():
        if piece[-1].isdigit() or " " in piece:
            return _Known(plan.POSTCODE, latin)
        digits, suffix = _NUMBERED.fullmatch(piece).groups()  # type: ignore[union-attr]
        if len(suffix) > 1 or suffix in _ORDINAL_LETTERS:
            return _Known(plan.ORDINAL, digits.lstrip("0") or "0")
        if suffix > _LAST_CYRILLIC:  # the word behind a number in a script without blanks: 1203室
            return _Known("NN34"[len(digits) - 1], digits.lstrip("0") or "0")
        return _Known(plan.LETTERED, latin.lstrip("0"))
    if any(sign.isdigit() for sign in piece):
        return _Known(plan.POSTCODE, latin.replace(" ", ""))
    if found := written.get(piece) or plain.get(latin):
        return found
    latin = latin.replace("-", "")
    if len(latin) == 1 or len(piece) == 1:
        return _Known(plan.LETTER if latin in _HOUSE_LETTERS else plan.OTHER_LETTER, latin)
    return _Known(plan.WORD, latin) if latin else _Known(plan.COMMA, "")
