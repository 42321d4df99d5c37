"""Which column of a table is which field of a model: by the headers that fields are known under. `dedup.recognise_values` looks at what
is left unread.

What a caller names himself goes first. Whatever is taken and whatever is left can be read from the answer, so that a
program can say what it understood.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from rapidfuzz import fuzz, process

from dedup.model import Field, Model

MANY = frozenset({"phone", "email", "site", "id", "handle"})
"""Kinds of which one record has several values: every column known for the field is read. Of other kinds the best is."""

ID_HEADERS = (
    "id", "unique id", "rec id", "record id", "row id", "row number", "lead id", "uid", "uuid", "identifier",
    "идентификатор", "номер строки", "номер записи", "№", "№ п/п", "identyfikator", "numer wiersza", "lp",
)  # fmt: skip
"""Headers of a column that numbers the rows, best first."""

SEEN_HEADERS = (
    "received at", "seen at", "observed at", "created at", "updated at", "timestamp", "date", "datetime", "created", "time",
    "create date", "created date", "date created", "date received", "submitted at", "submission date", "submitted", "sent", "received", "lead date", "call date", "call time",
    "дата и время", "дата создания", "дата заявки", "дата звонка", "дата поступления", "дата добавления", "дата и время звонка", "дата обращения", "дата", "создан", "data i godzina", "data utworzenia", "data zgłoszenia", "data dodania", "data kontaktu", "data rozmowy", "data wpłynięcia", "data",
)  # fmt: skip
"""Headers of a column that says when a row was seen, best first."""

_WORD_BREAK = re.compile(r"(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])|(?<=[a-zа-я])(?=[A-ZА-Я])")
_NO_WORD = re.compile(r"[^\w№]+|_+")
_PLACE = re.compile(r"(.+) (\d{1,2})")
_OR = re.compile(r"[/|]|\b(?:or|или|або|lub|oder)\b", re.IGNORECASE)
_BRACKETS = re.compile(r"[(\[][^)\]]*[)\]]")
_BEHIND = 10_000
_LEAST_LETTERS, _COVERS = 3, 0.5
"""Letters that an abbreviated word keeps at least, and the share of all letters."""

_WHOSE = frozenset((
    "home", "permanent", "current", "residence", "residential", "client", "customer", "guest", "patient", "member", "resident",
    "tenant", "applicant", "insured", "policyholder", "holder", "reader", "donor", "subscriber", "клиента", "пациента", "гостя",
    "участника", "члена", "жителя", "жильца", "заявителя", "страхователя", "застрахованного", "абонента", "читателя", "донора",
    "проживания", "регистрации", "klienta", "pacjenta", "goscia", "uczestnika", "czlonka", "mieszkanca", "wnioskodawcy",
    "ubezpieczonego", "ubezpieczajacego", "czytelnika", "dawcy", "zamieszkania", "zameldowania", "клієнта", "пацієнта", "учасника",
    "мешканця", "заявника", "страхувальника", "читача", "проживання", "реєстраціі", "mailing", "billing", "postal", "registered", "legal", "contact",
    "юр", "юридическии", "факт", "фактическии", "почтовыи", "контактныи", "siedziby", "rejestrowy", "korespondencyjny", "kontaktowy", "kunden", "patienten",
))  # fmt: skip
"""Words, folded as headers are, that say whose a value is: the record's own."""

_STREET = frozenset(("street", "road", "улица", "ул", "вулиця", "вул", "ulica", "ul", "strasse", "str"))
_IN_HOUSE = frozenset((
    "house", "number", "no", "num", "building", "flat", "apartment", "apt", "unit", "and", "дом", "д", "номер", "корпус", "корп", "строение", "стр", "квартира",
    "кв", "офис", "и", "будинок", "буд", "та", "nr", "numer", "domu", "dom", "mieszkania", "mieszkanie", "mieszk", "lokal", "lokalu", "lok", "m", "i", "hausnummer", "hausnr",
))  # fmt: skip
"""Words, folded as headers are, of which the header of an address may be made: `Улица, дом, кв.`"""

_MAIL = re.compile(r"\be mail\b")
_LIKE = 70.0

_GIVEN_BESIDE_SURNAME = frozenset({"name", "имя", "imie"})
"""Headers, folded, that mean a given name where another column holds surnames, and a whole name elsewhere."""


class ColumnError(ValueError):
    """Columns cannot be told or were named wrongly. place: the option at fault, e.g. `column`; problem; remedy."""

    def __init__(self, place: str, problem: str, remedy: str) -> None:
        self.place = place
        self.problem = problem
        self.remedy = remedy
        super().__init__(f"{place}: {problem}; {remedy}")


@dataclass(frozen=True, slots=True)
class Recognised:
    """columns: field to the headers that feed it, in the table's order; id_column: the one that numbers the rows; seen_column: the one
    that says when a row was seen; unread: headers that feed nothing; doubtful: of these, each that a field is known under too, with that field;
    by_values: headers that feed a field because of the values under them, see `dedup.recognise_values`."""

    columns: Mapping[str, tuple[str, ...]]
    id_column: str | None
    seen_column: str | None
    unread: tuple[str, ...]
    doubtful: Mapping[str, str]
    by_values: tuple[str, ...] = ()


def recognise(
    header: Sequence[str],
    model: Model,
    chosen: Iterable[tuple[str, str]] = (),
    id_column: str | None = None,
    seen_column: str | None = None,
    aside: Collection[str] = (),
    *,
    values_follow: bool = False,
) -> Recognised:
    """Tell fields from headers.

    chosen: (field, header) as the caller names them, several headers for one field allowed; a field that is named here
    has these headers alone, and none for header ''. id_column: the header that numbers the rows, by `ID_HEADERS` when
    None; seen_column: the header of their times, by `SEEN_HEADERS` when None. aside: headers that are no field unless
    chosen, such as the truth. values_follow: `recognise_values` is asked next, so that it is no error yet when no field has a column. Raises
    ColumnError for an unknown field or header, and when no field has a column.
    """
    chosen = tuple(chosen)
    found = _chosen(header, model, chosen)
    taken: set[str | None] = {*aside, *(name for names in found.values() for name in names)}
    id_column = _column_called(ID_HEADERS, "id", id_column, header, taken, model)
    taken.add(id_column)
    seen_column = _column_called(SEEN_HEADERS, "seen", seen_column, header, taken, model)
    taken.add(seen_column)
    doubtful: dict[str, str] = {}
    for field, candidates in _candidates(header, model, taken).items():
        if field.name in found:
            continue
        best = min(rank for rank, _ in candidates)
        names = tuple(name for rank, name in candidates if field.kind in MANY or rank == best)
        found[field.name] = names
        doubtful |= {name: field.name for _, name in candidates if name not in names}
    _part_names(found, model, {name for _, name in chosen})
    columns = {field.name: found[field.name] for field in model.fields if found.get(field.name)}
    if not columns and not values_follow:
        raise no_column(len(header), model)
    read = {name for names in columns.values() for name in names} | {id_column, seen_column, *aside}
    unread = tuple(name for name in header if name not in read)
    return Recognised(MappingProxyType(columns), id_column, seen_column, unread, MappingProxyType(doubtful))


def no_column(count: int, model: Model) -> ColumnError:
    """The error of a table whose columns, so many, are no field of the model."""
    return ColumnError(
        "column",
        f"none of the table's {count} columns is called like a field of the model `{model.name}`",
        f"check that it has a header, or name columns as field=header; fields are {_listed(model)}",
    )


@lru_cache(maxsize=4096)  # a model's own headers are asked for again and again
def fold_header(header: str) -> str:
    """A header as it is compared: small letters without marks, words apart, `clientPhone_2` as `client phone 2`."""
    marked = unicodedata.normalize("NFKD", _WORD_BREAK.sub(" ", header)).replace("ł", "l").replace("Ł", "l")
    bare = "".join(letter for letter in marked if not unicodedata.combining(letter))
    return _MAIL.sub("email", " ".join(_NO_WORD.sub(" ", bare.casefold()).split()))


def _chosen(header: Sequence[str], model: Model, chosen: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    fields = [field.name for field in model.fields]
    owner: dict[str, str] = {}
    for field, name in chosen:
        if field not in fields:
            raise ColumnError(
                "column", f"the model `{model.name}` has no field `{field}`", f"use one of {_listed(model)}"
            )
        known = found.get(field, ())
        if not name:
            found[field] = known
            continue
        _known("column", header, name)
        if name in owner:
            raise ColumnError("column", f"`{name}` is given for `{owner[name]}` and `{field}`", "give it once")
        owner[name] = field
        found[field] = (*known, name)
    return found


def _part_names(found: dict[str, tuple[str, ...]], model: Model, named: Collection[str]) -> None:
    """Moves a column called just "name" from the whole names to the given ones where surnames have a column of theirs."""
    of_kind = {field.kind: field.name for field in reversed(model.fields)}
    whole, given, surname = (of_kind.get(kind, "") for kind in ("name", "given", "surname"))
    columns = found.get(whole, ())
    if not given or given in found or not found.get(surname) or len(columns) != 1 or columns[0] in named:
        return
    if fold_header(columns[0]) in _GIVEN_BESIDE_SURNAME:
        found[given] = found.pop(whole)


def _known(place: str, header: Sequence[str], name: str) -> None:
    if name in header:
        return
    # The other headers are not shown: in a table without a header they are somebody's name and phone.
    like = process.extractOne(name, header, scorer=fuzz.ratio, processor=fold_header, score_cutoff=_LIKE)
    remedy = f"did you mean `{like[0]}`?" if like else f"give one of its {len(header)} headers, letter by letter"
    raise ColumnError(place, f"the table has no column `{name}`", remedy)


def _column_called(
    names: Sequence[str],
    place: str,
    given: str | None,
    header: Sequence[str],
    taken: Collection[str | None],
    model: Model,
) -> str | None:
    """The header given, or the best known under one of these names that no field is known under; None for none."""
    if given is not None:
        _known(place, header, given)
        return given
    ranks = {fold_header(name): rank for rank, name in reversed(list(enumerate(names)))}
    claimed = {alias for field in model.fields for alias in _aliases(field)}
    known = [
        (ranks[folded], number, name)
        for number, name in enumerate(header)
        if name not in taken and (folded := fold_header(name)) in ranks and folded not in claimed
    ]
    return min(known)[2] if known else None


def _candidates(
    header: Sequence[str], model: Model, taken: Collection[str | None]
) -> dict[Field, list[tuple[int, str]]]:
    """Each field's headers with the rank of the name that it is known under, best 0; a header belongs to one field, by the first of its readings
    that some field is known under, else by what it abbreviates."""
    aliases = [(field, _aliases(field)) for field in model.fields]
    found: dict[Field, list[tuple[int, str]]] = {}
    for name in header:
        if name in taken:
            continue
        best = _best_known(name, aliases) or _either(name, aliases)
        if best is not None:
            rank, place = best
        else:
            meant = {
                place: min(ranks)
                for place, (_, known) in enumerate(aliases)
                if (ranks := [rank for alias, rank in known.items() if _abbreviates(fold_header(name), alias)])
            }
            if len(meant) != 1:
                continue
            ((place, rank),) = meant.items()
            rank += _BEHIND  # what is written out is better known
        found.setdefault(aliases[place][0], []).append((rank, name))
    return found


_Aliases = Sequence[tuple[Field, Mapping[str, int]]]


def _best_known(name: str, aliases: _Aliases) -> tuple[int, int] | None:
    """The rank and the place of the field that the first known reading of a header is known under."""
    for folded in _readings(name):
        ranked = [(known[folded], place) for place, (_, known) in enumerate(aliases) if folded in known]
        if ranked:
            return min(ranked)
    return None


def _either(name: str, aliases: _Aliases) -> tuple[int, int] | None:
    """The same of a header that gives one field two names: `Postcode/Eircode`, `телефон или мобильный`."""
    parts = [part for part in _OR.split(name) if part.strip()]
    found = [_best_known(part, aliases) for part in parts] if len(parts) > 1 else []
    known = [best for best in found if best is not None]
    return min(known) if known and len(known) == len(parts) and len({place for _, place in known}) == 1 else None


def _readings(name: str) -> Iterator[str]:
    """A header folded: whole, without what stands in brackets, without a number behind it (`phone 2`), without whose it is, and as an address
    where it is made of the parts of one."""
    whole = fold_header(name)
    yield whole
    bare = fold_header(_BRACKETS.sub(" ", name))
    numbered = _PLACE.fullmatch(bare)
    bare = numbered[1] if numbered else bare
    yield bare
    own = [word for word in bare.split() if word not in _WHOSE]
    yield " ".join(own)
    if len(own) > 1 and not _STREET.isdisjoint(own) and _STREET.union(_IN_HOUSE).issuperset(own):
        yield "address"


def _abbreviates(header: str, alias: str) -> bool:
    """Whether each word of a header is the beginning of the word of an alias: `kod poczt`, `дата рожд`, `addr`."""
    words, whole = header.split(), alias.split()
    if len(words) != len(whole) or len(header) < _COVERS * len(alias):
        return False
    return all(
        word == other or (len(word) >= _LEAST_LETTERS and other.startswith(word))
        for word, other in zip(words, whole, strict=True)
    )


def _aliases(field: Field) -> dict[str, int]:
    """Folded names of a field with their rank; its own name first."""
    ranks: dict[str, int] = {}
    for rank, alias in enumerate((field.name, *field.columns)):
        ranks.setdefault(fold_header(alias), rank)
    return ranks


def _listed(model: Model) -> str:
    return ", ".join(field.name for field in model.fields)
