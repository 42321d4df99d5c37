"""One mailbox stands on both records; a mistyped domain is repaired, a login at another provider is only a hint.

Providers' own rules make one key of a mailbox's spellings: gmail ignores dots and what follows a plus, Yandex gives one box under several
domains, Apple and Proton too. Sister domains (mail.ru and bk.ru) are different boxes. Fillers (no@no.no, test@test.ru) and senders that
nobody reads (noreply@) are no evidence and have the key ''.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from rapidfuzz import process
from rapidfuzz.distance import OSA

from dedup.arrays import ArrowTexts, Bools, Floats, Ints, KeyTexts, group_bounds, mix, replace_texts, take_texts
from dedup.comparison.column_bytes import Words, cut_texts, first_bytes, join_lines, join_values, split_rows
from dedup.comparison.edit_distance import Texts, as_texts, count_slips, equal_texts, likeness_of
from dedup.comparison.level import MISSING, LevelWords
from dedup.comparison.typed_text import LONGEST, cut_values, plain_lines, translate_lines

LEVELS = (
    LevelWords(
        "equal",
        "The mailboxes are one, however spelt.",
        ("Ivan.Petrov+shop@gmail.com", "ivanpetrov@googlemail.com"),
        1.0,
    ),
    LevelWords(
        "shared",
        "The mailboxes are one, and several people are known on it.",
        ("info@romashka.ru", "info@romashka.ru"),
        0.85,
    ),
    LevelWords(
        "repaired",
        "The mailboxes are one once a mistyped domain is put right.",
        ("anna.k@gmial.com", "anna.k@gmail.com"),
        0.9,
    ),
    LevelWords(
        "same_login_long",
        "Two providers, and one login that is too long to be taken by two people by chance.",
        ("p.zuev_1987@mail.ru", "pzuev1987@gmail.com"),
        0.58,
    ),
    LevelWords(
        "same_login",
        "Two providers and one login that others may have as well, or one provider and two logins a letter apart.",
        ("anna@mail.ru", "anna@yandex.ru"),
        0.4,
    ),
    LevelWords("differ", "The mailboxes are different.", ("anna@mail.ru", "zuev@mail.ru"), 0.2),
)
_EQUAL, _REPAIRED, _LONG, _SAME, _DIFFER = 0, 2, 3, 4, 5

LONG_LOGIN = 9
"""Letters and digits from which a login with a number in it is rarely two people's; shorter ones are first names and initials."""
_SLIP_FROM = 7
"""Letters from which a login one letter apart at the same provider is rather a slip than somebody else."""


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """Mailboxes by value. keys: one spelling per mailbox, '' for no evidence. repaired: the mailbox that was probably meant
    where the domain looks mistyped, else ''. role: mailboxes of a desk (info@, biuro@), evidence of a firm and not of a person.
    logins: local part without tag, dots, hyphens and underscores; '' for desks. domains: as put right. firm: whether the domain is
    a firm's own. family: number of the group of sister domains, -1 for none. login_lengths: letters of `logins`. likes: the same number
    for mailboxes whose logins are equal, and for few others. domain_ids: the same number for equal `domains`. mistyped: which have
    a repaired form."""

    keys: Sequence[str]
    repaired: Sequence[str]
    role: Bools
    logins: Sequence[str]
    domains: Sequence[str]
    firm: Bools
    family: Ints
    key_texts: Texts
    repaired_texts: Texts
    login_texts: Texts
    login_lengths: Ints
    likes: Ints
    domain_ids: Ints
    mistyped: Bools
    empty: Bools


@dataclass(frozen=True, slots=True)
class _Domain:
    """home: the one name of a provider's aliases; meant: home of the provider that was probably meant, '' if none; free: boxes
    for everyone; example: a domain of examples and fillers; label: its first part, where long enough to name a firm; odd: has rules of
    its own for local parts."""

    home: str
    meant: str
    free: bool
    example: bool
    family: int
    label: str
    odd: bool


@cache
def _table() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """The words of `email_words.tsv`: section, key, words."""
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for line in files("dedup.comparison").joinpath("email_words.tsv").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            section, key, *words = line.split("\t")
            found.setdefault(section, {})[key] = tuple(words[0].split()) if words else ()
    return found


@cache
def _words(section: str) -> frozenset[str]:
    return frozenset(word for words in _table()[section].values() for word in words)


@cache
def _keyed(section: str) -> Mapping[str, str]:
    """Each word of a section, to the key that it stands under."""
    return {word: key for key, words in _table()[section].items() for word in words}


_ENDINGS = {"con": "com", "cim": "com", "comm": "com", "vom": "com", "xom": "com", "cpm": "com", "tu": "ru", "ry": "ru", "rru": "ru", "ruu": "ru", "lp": "pl", "pll": "pl"}  # fmt: skip
_PLUS = frozenset(
    {
        "gmail.com", "yandex.ru", "proton.me", "icloud.com", "outlook.com", "hotmail.com", "live.com", "msn.com", "hotmail.co.uk",
        "live.co.uk", "outlook.pl", "fastmail.com", "fastmail.fm",
    }
)  # fmt: skip
"""Providers that deliver name+tag to name. Elsewhere a plus may be part of the name."""

_NO_MATTER: Mapping[str, dict[int, str | None]] = {
    "gmail.com": {ord("."): None},
    "proton.me": {ord("."): None, ord("-"): None, ord("_"): None},
}
"""What providers leave out of a local part."""
_SPOKEN_AT = re.compile(
    r"\s*[(\[{]\s*(?:at|собака|сабака|małpa|malpa|dog|эт|ат|@)\s*[)\]}]\s*|\s+(?:at|собака|сабака|małpa|malpa)\s+"
)
_SPOKEN_DOT = re.compile(r"\s*[(\[{]\s*(?:dot|точка|kropka)\s*[)\]}]\s*|\s+(?:dot|точка|kropka)\s+")
_QUOTE_AS_AT = re.compile(r'(?<=[a-z0-9._-])"(?=[a-z0-9-]+\.[a-z])')
_AROUND_AT = re.compile(r"\s*@+\s*")
_COMMA_DOT = re.compile(r"(?<=@)([\w-]{1,30})(?:[,;]\s?|\s\.?\s?|\.\s)(ru|com|pl|net|org|su|by|kz|ua|uk|de|рф)\b")
_BETWEEN = re.compile(r"[\s,;|<>()\[\]\"«»\\]+")
_LOOK_ALIKE = str.maketrans("асеорхукмтвніј", "aceopxykmtbhij")
_CYRILLIC = re.compile("[\u0400-\u04ff]")
_LATIN = re.compile("[a-z]")
_TWO_DIGITS = re.compile(r"\d.*\d")
_TYPED_CYRILLIC, _MEANT_LATIN = 'йцукенгшщзхъфывапролджэячсмитьбю"', "qwertyuiop[]asdfghjkl;'zxcvbnm,.@"
_OTHER_LAYOUT = str.maketrans(_TYPED_CYRILLIC, _MEANT_LATIN)


def login_of(address: str) -> str:
    """The local part of a mailbox, the word before @, without a tag; '' for text without @."""
    local, at, _ = address.partition("@")
    return local.partition("+")[0] if at else ""


def is_long_login(login: str) -> bool:
    """Whether a login says more than a common name: long, and with two digits or more in it."""
    return len(login) >= LONG_LOGIN and _TWO_DIGITS.search(login) is not None


def readable_domain(text: str) -> str:
    """A domain's name in its own letters."""
    name = text.strip(".")
    if "xn--" not in name:
        return name
    try:
        return name.encode("ascii").decode("idna")
    except UnicodeError:
        return text


def is_anybodys(domain: str) -> bool:
    """Whether everybody may have a mailbox at this domain, or it stands for none."""
    families = _families()
    return any(
        domain in known for known in (_words("free"), _words("near"), _words("example"), _keyed("alias"), families)
    )


def firm_domains(prepared: "Prepared") -> list[str]:
    """The domain of each mailbox where it is a firm's own, else ''."""
    known = zip(prepared.keys, prepared.domains, prepared.firm.tolist(), strict=True)
    return [domain if key and firm else "" for key, domain, firm in known]


def _read_domain(name: str, slip: str) -> _Domain:
    """A domain by itself. slip: the large provider whose name lies a slip from it, '' for none."""
    homes = _keyed("alias")
    meant = _meant(name, slip)
    home = homes.get(name, name)
    known = meant or home
    families = _families()
    return _Domain(
        home=home,
        meant=homes.get(meant, meant),
        free=known in _words("free") or known in homes.values() or known in families,
        example=name in _words("example"),
        family=families.get(known, -1),
        label=home.partition(".")[0],
        odd=home in ("gmail.com", "yandex.ru", "proton.me"),
    )


@cache
def _families() -> Mapping[str, int]:
    return {word: number for number, words in enumerate(_table()["sister"].values()) for word in words}


@cache
def _named() -> frozenset[str]:
    """Every domain that the table says something of."""
    return frozenset().union(*map(_words, ("alias", "sister", "free", "near", "typo", "example")))


def _read_domains(texts: Sequence[str]) -> list[_Domain]:
    """Each domain by itself; one that is nobody's slip and that no table names is a firm's own."""
    names = [readable_domain(text) for text in texts]
    slips, named = _slips_of_targets(names), _named()
    return [
        _read_domain(name, slips.get(place, ""))
        if place in slips or name in named or "." not in name or name.rpartition(".")[2] in _ENDINGS
        else _Domain(name, "", False, False, -1, name.partition(".")[0], False)
        for place, name in enumerate(names)
    ]


def _slips_of_targets(names: Sequence[str]) -> dict[int, str]:
    """The large provider that a domain's name lies a slip from, by the domain's place."""
    targets = sorted(_words("target"))
    apart = (
        process.cdist(targets, names, scorer=OSA.distance, score_cutoff=1, dtype=np.uint8)
        if names
        else np.zeros((1, 0))
    )
    near = apart == 1
    return {place: targets[near[:, place].argmax()] for place in np.flatnonzero(near.any(axis=0)).tolist()}


def _meant(name: str, slip: str) -> str:
    """The large provider that was probably meant, '' where the domain may well be right."""
    typos = _keyed("typo")
    if name in typos:
        return typos[name]
    if name in _words("free") or name in _words("near") or name in _keyed("alias"):
        return ""
    front, _, ending = name.rpartition(".")
    if ending in _ENDINGS and (f"{front}.{_ENDINGS[ending]}" in _words("free")):
        return f"{front}.{_ENDINGS[ending]}"
    if "." not in name:
        whole = [free for free in _words("free") if free.replace(".", "") == name]
        return min(whole, default="")
    return slip


def _canonical_locals(locals_: Sequence[str], home: str) -> list[str]:
    """Local parts as one provider spells them."""
    if home in _PLUS:
        locals_ = [local.partition("+")[0] or local if "+" in local else local for local in locals_]
    if home == "yandex.ru":
        return [local.replace(".", "-") for local in locals_]
    if home in _NO_MATTER:
        return [bare or local for bare, local in zip(translate_lines(locals_, _NO_MATTER[home]), locals_, strict=True)]
    return list(locals_)


def _repaired_spelling(line: str) -> str:
    """The first mailbox of a field that holds more than one plain address; '' if there is none."""
    line = line.replace("mailto:", " ").replace("\u200b", "").replace("\ufeff", "")
    line = _AROUND_AT.sub("@", _SPOKEN_DOT.sub(".", _SPOKEN_AT.sub("@", line)))
    if "@" not in line and '"' in line:
        # One key is " in Russian and @ in English.
        line = line.translate(_OTHER_LAYOUT) if _CYRILLIC.search(line) else _QUOTE_AS_AT.sub("@", line)
    line = _COMMA_DOT.sub(r"\1.\2", line)
    for piece in _BETWEEN.split(line):
        address = piece.lstrip(".,;:!?'`*=/").rstrip(".,;:!?'`*_-=/")
        if address[1:-1].count("@") == 1 and address.count("@") == 1:
            return _in_one_script(address)
    return ""


def _in_one_script(address: str) -> str:
    """Cyrillic letters that look Latin as Latin ones, where the rest of the address is Latin."""
    if address.isascii() or not _CYRILLIC.search(address) or not _LATIN.search(address):
        return address
    local, _, domain = address.rpartition("@")
    moved = local.translate(_LOOK_ALIKE)
    local = moved if _LATIN.search(local) or not _CYRILLIC.search(moved) else local
    return f"{local}@{domain.translate(_LOOK_ALIKE) if _LATIN.search(domain) else domain}"


_PLAIN_CHARACTERS = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._%+&'-"
_PLAIN = re.compile(r"[a-z0-9._%+&'\-]*@[a-z0-9._%+&'\-]*")
_NO_CAPITALS = bytes(code for code in range(256) if not 65 <= code <= 90 and code != ord("\n"))
_SEPARATORS = b".-_"
_AT, _PLUS_SIGN = ord("@"), ord("+")


def read_addresses(values: Sequence[str]) -> Sequence[str]:
    """Each value as one address in small letters, `@` alone for none; of several in a field the first."""
    joined = values.in_lines(LONGEST) if isinstance(values, ArrowTexts) else None
    if joined is None:
        values = cut_values(list(values))
        joined = join_values(values)
    rest = split_rows(joined.translate(None, _PLAIN_CHARACTERS))
    is_odd = (rest.lengths != 1) | (rest.data[rest.starts] != _AT)
    capital = split_rows(joined.translate(None, _NO_CAPITALS)).lengths > 0
    small, odd = np.flatnonzero(capital & ~is_odd), np.flatnonzero(is_odd)
    new = dict(zip(small.tolist(), [line.lower() for line in take_texts(values, small)], strict=True))
    for place, line in zip(odd.tolist(), plain_lines(take_texts(values, odd)), strict=True):
        new[place] = line if _PLAIN.fullmatch(line) else _repaired_spelling(line) or "@"
    places = np.flatnonzero(capital | is_odd)
    return replace_texts(values, places, [new[place] for place in places.tolist()])


@dataclass(frozen=True, slots=True, eq=False)
class _Split:
    """Addresses in their pieces. names: the distinct domains; which: number of each address's one; bare: logins without separators;
    bare_lengths: their bytes; word: their first eight bytes; separated: which have separators; tagged: which have a tag; named: which
    have something on either side of the @; role, machine: which logins begin with such a word; wide: which hold other letters than
    the 26 of Latin."""

    names: Sequence[str]
    which: Ints
    bare: pa.LargeStringArray
    bare_lengths: Ints
    word: Words
    separated: Bools
    tagged: Bools
    named: Bools
    role: Bools
    machine: Bools
    wide: Bools


def _split(lines: Sequence[str]) -> _Split:
    joined = lines.in_lines(LONGEST) if isinstance(lines, ArrowTexts) else None
    joined = joined or join_lines(list(lines))
    rows, squeezed = split_rows(joined), split_rows(joined.translate(None, _SEPARATORS))
    at, squeezed_at = np.flatnonzero(rows.data == _AT), np.flatnonzero(squeezed.data == _AT)
    encoded = cut_texts(rows, at + 1, rows.ends).dictionary_encode()
    login_ends, bare_ends = at.copy(), squeezed_at.copy()
    plus, squeezed_plus = np.flatnonzero(rows.data == _PLUS_SIGN), np.flatnonzero(squeezed.data == _PLUS_SIGN)
    row, first = np.unique(rows.rows_of(plus), return_index=True)
    tag = (plus[first] > rows.starts[row]) & (plus[first] < at[row])
    login_ends[row[tag]], bare_ends[row[tag]] = plus[first[tag]], squeezed_plus[first[tag]]
    other = np.flatnonzero((rows.data - np.uint8(ord("a"))) >= 26)
    first_words = cut_texts(rows, rows.starts, other[np.searchsorted(other, rows.starts)])
    lengths = bare_ends - squeezed.starts
    return _Split(
        names=encoded.dictionary.to_pylist(),
        which=encoded.indices.to_numpy().astype(np.int64),
        bare=cut_texts(squeezed, squeezed.starts, bare_ends),
        bare_lengths=lengths,
        word=first_bytes(squeezed.words_at(squeezed.starts), lengths),
        separated=lengths != login_ends - rows.starts,
        tagged=login_ends != at,
        named=(at > rows.starts) & (at + 1 < rows.ends),
        role=_are_in(first_words, _words("role")),
        machine=_are_in(first_words, _words("machine")),
        wide=rows.holding(np.flatnonzero(rows.data > 127)),
    )


def _are_in(texts: pa.LargeStringArray, words: frozenset[str]) -> Bools:
    return np.asarray(
        pc.is_in(texts, value_set=pa.array(sorted(words), pa.large_string())).to_numpy(zero_copy_only=False)
    )


def prepare(values: Sequence[str]) -> Prepared:
    """Reads each value as one mailbox; of several in a field the first."""
    lines = read_addresses(values)
    split = _split(lines)
    domains = _read_domains(split.names)
    empty = ~split.named | _are_nobodys(split, domains)
    role = _are_desks(split, domains)
    keys = lines.array.to_numpy(zero_copy_only=False) if isinstance(lines, ArrowTexts) else as_texts(lines)
    _write(keys, lines, split, [domain.home for domain in domains], _need_writing(split, domains) & ~empty)
    keys[empty] = ""
    repaired = as_texts([""] * len(lines))
    mistyped = np.array([bool(domain.meant) for domain in domains], dtype=bool)[split.which] & ~empty
    _write(repaired, lines, split, [domain.meant for domain in domains], mistyped)
    logins = split.bare.to_numpy(zero_copy_only=False)
    logins[role | empty] = ""
    known = [domain.meant or domain.home for domain in domains]
    firm = np.array([not domain.free and not domain.example for domain in domains], dtype=bool)
    family = np.array([domain.family for domain in domains], dtype=np.int64)
    numbers = {name: number for number, name in enumerate(dict.fromkeys(known))}
    return Prepared(
        keys=keys.tolist(),
        repaired=repaired.tolist(),
        role=role & ~empty,
        logins=logins.tolist(),
        domains=as_texts(known)[split.which].tolist(),
        firm=firm[split.which] & ~empty,
        family=family[split.which],
        key_texts=keys,
        repaired_texts=repaired,
        login_texts=logins,
        login_lengths=_login_lengths(split, role | empty),
        likes=mix(split.word.view(np.int64), split.bare_lengths),
        domain_ids=np.array([numbers[name] for name in known], dtype=np.int64)[split.which],
        mistyped=mistyped,
        empty=empty,
    )


def _login_lengths(split: _Split, none: Bools) -> Ints:
    lengths = np.where(none, 0, split.bare_lengths)
    wide = np.flatnonzero(split.wide & ~none)
    lengths[wide] = [len(bare) for bare in split.bare.take(pa.array(wide)).to_pylist()]
    return lengths


def _are_nobodys(split: _Split, domains: Sequence[_Domain]) -> Bools:
    """Which addresses are a filler's or a machine's."""
    word, lengths = split.word, split.bare_lengths
    thrice = (lengths > 2) & (word & np.uint64(0xFFFF) == word >> np.uint64(8) & np.uint64(0xFFFF))
    asked = split.machine | _are_in(split.bare, _words("filler") | _words("machine")) | thrice | split.wide
    places = np.flatnonzero(asked)
    found = np.zeros(len(asked), dtype=bool)
    found[places] = [
        _is_nobodys(bare, machine, domains[number])
        for bare, machine, number in zip(
            split.bare.take(pa.array(places)).to_pylist(),
            (split.machine & ~_is_one_wide_word(split))[places].tolist(),
            split.which[places].tolist(),
            strict=True,
        )
    ]
    return found


def _is_one_wide_word(split: _Split) -> Bools:
    """Which logins are letters alone, not all of them Latin: their Latin beginning is no word."""
    places = np.flatnonzero(split.wide & ~split.separated)
    found = np.zeros(len(split.wide), dtype=bool)
    found[places] = [bare.isalpha() and not bare.isascii() for bare in split.bare.take(pa.array(places)).to_pylist()]
    return found


def _are_desks(split: _Split, domains: Sequence[_Domain]) -> Bools:
    """Which logins name a desk, or the firm whose domain it is."""
    found = split.role & ~_is_one_wide_word(split)
    label_lengths = np.array([len(domain.label.encode("utf-8", "replace")) for domain in domains], dtype=np.int64)
    places = np.flatnonzero((split.bare_lengths > 4) & (split.bare_lengths == label_lengths[split.which]))
    bare = split.bare.take(pa.array(places)).to_pylist()
    found[places] |= np.array(
        [
            len(login) > 4 and login == domains[number].label
            for login, number in zip(bare, split.which[places].tolist(), strict=True)
        ],
        dtype=bool,
    )
    return found


def _need_writing(split: _Split, domains: Sequence[_Domain]) -> Bools:
    """Which addresses are not their own key."""
    renamed = np.array([domain.home != name for domain, name in zip(domains, split.names, strict=True)], dtype=bool)
    odd = np.array([domain.odd for domain in domains], dtype=bool)
    cut = np.array([domain.home in _PLUS for domain in domains], dtype=bool)
    which = split.which
    return np.asarray(renamed[which] | (odd[which] & split.separated) | (cut[which] & split.tagged))


def _write(found: Texts, lines: Sequence[str], split: _Split, homes: Sequence[str], chosen: Bools) -> None:
    """Puts chosen addresses, as the provider of that name spells them, in their places."""
    places = np.flatnonzero(chosen)
    places = places[np.argsort(split.which[places], kind="stable")]
    chosen_lines = take_texts(lines, places)
    for start, count in zip(*(bounds.tolist() for bounds in group_bounds(split.which[places])), strict=True):
        group = places[start : start + count]
        home = homes[split.which[group[0]]]
        locals_ = _canonical_locals([line.rpartition("@")[0] for line in chosen_lines[start : start + count]], home)
        found[group] = [f"{local}@{home}" for local in locals_]


def _is_nobodys(bare: str, machine: bool, domain: _Domain) -> bool:
    """Whether a login is a filler's or a machine's, and the domain bears that out."""
    if machine or bare in _words("machine"):
        return True
    if len(bare) > 2 and bare == bare[0] * len(bare) and (domain.free or domain.example):
        return True
    return bare in _words("filler") and (domain.free or domain.example or domain.label in _words("filler"))


def compare(prepared: Prepared, left: Ints, right: Ints) -> Ints:
    """Level of each pair of values, -1 where one is no mailbox."""
    keys, repaired, logins = prepared.key_texts, prepared.repaired_texts, prepared.login_texts
    levels = np.full(len(left), _DIFFER, dtype=np.int64)
    alike = np.flatnonzero(prepared.likes[left] == prepared.likes[right])
    same = alike[prepared.login_lengths[left[alike]] > 2]
    same = same[equal_texts(logins, left[same], right[same])]
    levels[same] = _SAME
    apart = same[~_are_sisters(prepared, left[same], right[same])]
    values, which = np.unique(left[apart], return_inverse=True)
    long = np.array([is_long_login(login) for login in logins[values].tolist()], dtype=bool)
    levels[apart[long[which]]] = _LONG
    levels[_slips_of_login(prepared, left, right, levels)] = _SAME
    mistyped = np.flatnonzero(prepared.mistyped[left] | prepared.mistyped[right])
    a, b = left[mistyped], right[mistyped]
    one_repaired = (
        (np.asarray(repaired[a] == keys[b], dtype=bool) & prepared.mistyped[a])
        | (np.asarray(keys[a] == repaired[b], dtype=bool) & prepared.mistyped[b])
        | (equal_texts(repaired, a, b) & prepared.mistyped[a])
    )
    levels[mistyped[one_repaired]] = _REPAIRED
    levels[alike[equal_texts(keys, left[alike], right[alike])]] = _EQUAL
    levels[prepared.empty[left] | prepared.empty[right]] = MISSING
    return levels


def _are_sisters(prepared: Prepared, left: Ints, right: Ints) -> Bools:
    """Which pairs lie at sister domains, where a login that is taken at one is registered at the next."""
    family = prepared.family
    return np.asarray((family[left] == family[right]) & (family[left] >= 0))


def _slips_of_login(prepared: Prepared, left: Ints, right: Ints, levels: Ints) -> Ints:
    """Pairs at one provider whose logins are one letter apart, digits equal: the places of these."""
    long = prepared.login_lengths >= _SLIP_FROM
    places = np.flatnonzero((levels == _DIFFER) & (prepared.domain_ids[left] == prepared.domain_ids[right]))
    places = places[long[left[places]] & long[right[places]]]
    places = places[count_slips(prepared.login_texts, left[places], right[places], 1) <= 1]
    # The last letter tells spouses apart: kowalska and kowalski, ivanov and ivanova.
    values, which = np.unique(np.concatenate([left[places], right[places]]), return_inverse=True)
    kept = as_texts([_digits(login) + login[-1:] for login in prepared.login_texts[values].tolist()])
    return places[equal_texts(kept, which[: len(places)], which[len(places) :])]


def _digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))


def likeness(prepared: Prepared, left: Ints, right: Ints) -> Floats:
    """The share of letters in common, 0 to 1."""
    return likeness_of(prepared.key_texts, left, right)


DETAILS: Mapping[str, str] = {
    "missing": "no mailbox that says who writes on one side or both",
    "equal": "mailbox equal",
    "desk_equal": "mailbox of a desk equal",
    "repaired": "mailbox equal once the domain is put right",
    "one_letter": "logins one letter apart at one provider",
    "sisters": "login equal at sister domains",
    "two_domains": "login equal at two domains",
    "differ": "mailboxes different",
    "differ_in_firm": "mailboxes different at one domain of a firm",
}


def relations(prepared: Prepared, left: Ints, right: Ints, levels: Ints) -> list[tuple[str, ...]]:
    """The relation of each pair as codes of DETAILS."""
    sisters = _are_sisters(prepared, left, right)
    told = []
    for a, b, level, sister in zip(left.tolist(), right.tolist(), levels.tolist(), sisters.tolist(), strict=True):
        one_domain = prepared.domains[a] == prepared.domains[b]
        if level == MISSING:
            told.append("missing")
        elif level == _EQUAL:
            told.append("desk_equal" if prepared.role[a] else "equal")
        elif level == _REPAIRED:
            told.append("repaired")
        elif level in (_LONG, _SAME) and one_domain:
            told.append("one_letter")
        elif level in (_LONG, _SAME):
            told.append("sisters" if sister else "two_domains")
        else:
            told.append("differ_in_firm" if one_domain and prepared.firm[a] else "differ")
    return [(code,) for code in told]


def details(prepared: Prepared, left: Ints, right: Ints, levels: Ints) -> list[str]:
    """The relation of each pair in words, without the addresses."""
    return [DETAILS[code] for (code,) in relations(prepared, left, right, levels)]


def _any_part(prepared: Prepared) -> list[tuple[str, ...]]:
    return [
        (key, other) if other else (key,) if key else ()
        for key, other in zip(prepared.keys, prepared.repaired, strict=True)
    ]


def _login_part(prepared: Prepared) -> Sequence[str]:
    told: list[str] = np.where(prepared.login_lengths > 2, prepared.login_texts, "").tolist()
    return told


def _domain_part(prepared: Prepared) -> Sequence[str]:
    return [domain if firm else "" for domain, firm in zip(prepared.domains, prepared.firm.tolist(), strict=True)]


parts: Mapping[str, Callable[[Prepared], KeyTexts]] = {
    "any": _any_part,
    "login": _login_part,
    "domain": _domain_part,
}
"""any: the mailbox as typed and as put right; login: the word before @ unless it is a desk's; domain: where it is a firm's own."""
