"""Which column holds which kind of value, told by a sample of its values where no header is known.

Only what anybody would see is told: mailboxes, telephone numbers, birth dates, names of persons and of companies; and only for a kind of which the
model has a field that no column feeds. A column whose header speaks of somebody else (a manager, a spouse) or of another
date or number (a visit, a passport) is left alone, and so is what two columns fit equally: then nothing is better than the wrong one.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from types import MappingProxyType

import numpy as np

from dedup.comparison import company, date, email, phone, place
from dedup.folding import fold_token
from dedup.given_names import find_given_name
from dedup.model import Model
from dedup.recognise import MANY, Recognised, fold_header
from dedup.words import FEMALE_PATRONYMIC_ENDS, PATRONYMIC_ENDS, POLISH_SURNAME_ENDS, SURNAME_ENDS

Cell = str | Sequence[str | None] | None

ROWS = 1_000
"""Rows whose cells are looked at: they tell a kind as well as all would."""

_MOST = 500
_LEAST = 20
"""Distinct values that tell a kind: more say the same, fewer may be a list of categories, or the firm's own people."""

_SURE = 0.8
_OWN = 0.2
"""Distinct values of the filled cells, at least: what few values fill is staff, a switchboard or the firm's own mailbox, not the row's."""
_OWN_PARTS = 0.03
"""The same of given names and patronymics: seventy of them name a thousand Russians."""
_FILLED = 0.3
"""Rows with a name or date, at least: a second person is named on few rows, the row's own on most."""

# With these shares no column of 25 tables was taken for a kind that it is not when all their headers were hidden.
_WHOLE_NAMES, _GIVEN_NAMES, _PATRONYMICS, _SURNAMES = 0.6, 0.5, 0.6, 0.6
_SEVERAL_SURNAMES = 0.3
_BOTH_SEXES = 0.05
_FEW = 0.25
_FEW_TOWNS = 0.05
_UNKNOWN_SURNAMES_FROM = 100
"""Filled cells from which capitalised words of no known ending may be surnames: of fewer, the names of villages differ as much."""
_FULLER = 1.25
"""How many more cells a whole name needs to go before a given name and a surname."""
_LEGAL_FORMS = 0.4
_LONGEST_NAME = 60
_LONGEST = 200
"""Letters of a cell that are looked at: nothing that is told here is as long, and a cell may hold megabytes."""
_YEARS_OF_BIRTHS = 15
_NUMBERS = range(9, 16)
_KNOWN_MOBILES = 0.6
_ONE_FRONT = 0.8
_NO_MASK = 0.9

_MOBILE = (
    "+79", "+4845", "+4850", "+4851", "+4853", "+4857", "+4860", "+4866", "+4869", "+4872", "+4873", "+4878", "+4879", "+4888",
    "+38039", "+38050", "+38063", "+38066", "+38067", "+38068", "+38073", "+38077", "+3809", "+447", "+37525", "+37529", "+37533", "+37544",
)  # fmt: skip
"""Fronts of mobile numbers whose length and first digits few documents have."""

_DIALLED = ("+", "00", "(")

_OTHERS = """
manager agent responsab responsib assign operator owner employee staff seller sales vendor consult advis doctor physician therap nurse teacher tutor
trainer coach instructor author editor director ceo chief boss head$ superv recruit referrer$ referred$ referral referee recommend introduc father mother mom$ mum$ dad$ parent guardian
spouse husband wife partner child kid$ kids$ son$ sons$ daughter sibling brother sister relative kin$ emergency witness landlord by$ sender recipient receiver payee payer
driver courier broker lawyer attorney notary officer clerk registrar priest celebrant executor assistant secretar accountant maiden previous former old$ alias
aka$ pseudonym nick user login entered handled processed served
менедж ответств сотрудник агент оператор консульт продав врач доктор лечащ учител преподав тренер куратор директор руковод начальн отец отца матер мать
родител опекун супруг муж$ мужа$ жена$ жены$ партнер ребен дети сын дочь дочер брат сестр родств экстрен свидетел поручит представит доверен автор редактор кем$ создал
исполнит рекоменд реферал получател отправител плательщ курьер водител юрист адвокат нотариус девич прежн бывш стар псевдоним бухгалт секретар владел принял оформ внес завел заполн обслуж
батько$ батька тато$ мати$ матері чоловік дружин відповід лікар дитин вчител
opiek pracown handlow sprzedaw doradc konsult lekarz nauczyc trener kierown dyrektor prezes szef ojc ojca matk rodzic malzon maz$ meza$ zona$ zony$ dziec syn$ syna$ cork brat
siostr krewn swiad pelnomoc przedstaw autor redaktor poleca polecon wystawi utworz odpowiedz panien rodow poprzed byly$ byla$ dawn kurier notari adwokat
prawnik ksiegow odbior nadaw wlasciciel awaryj przyjal obsluz wprowadz
vater mutter eltern ehe$ ehepartner ehemann ehefrau betreu sachbearb verantw mitarb berater verkauf notfall arzt ledig geburtsname pere mere epoux conjoint medecin urgence vendeur padre madre esposo
esposa medico urgencia vendedor encargad apoderad conyuge
"""
"""Parts of headers that speak of another person or of the firm's own staff: a name, phone or mailbox there is not the row's. Here and
below those of five letters and more count anywhere, shorter ones at a word's beginning, those with a $ as whole words."""

_NO_NAMES = """
company firm organi business employer enterprise school univers college street road address city town village place parish church hospital clinic country nation
product item title book$ books$ song brand model campaign channel source message comment note remark subject birth pet$ animal club team department position
компан фирм организ предпри школ универс улиц адрес город посел насел место приход церков больниц клиник стран товар назван книг бренд модел кампан
канал источник сообщ коммент примеч тема рожд кличк живот клуб команд отдел должн
вул міст назв народж
firma spolk przedsieb organiz szkol uczelni ulic adres miast miejsc wies parafi koscio szpital klinik kraj produkt towar tytul ksiazk mark kampan kanal zrodl
wiadom komentar uwag temat urodz psa$ zwierz klub druzyn dzial stanow
strasse ort$ wohn stadt geburt schule rue ville naiss calle ciudad nacim produkt
"""
"""Parts of headers of what is named like persons, or where they were born: streets, schools, ships, places."""

_OTHER_DATES = """
creat updat modif chang visit regist issu expir valid until start end$ begin finish complet death died decea burial buried baptis baptiz christen marri wedding
divorc hire employ contract order purchas sale sold paid payment invoice deliver ship sent receiv submit login seen last first next call contact appoint admi
discharg graduat enrol join since member vaccin test exam event record entry census deadline due close open found establish incorporat licen import export
созда обновл измен визит посещ регистр выдач выдан оконч срок действ начал смерт умер кончин похор крещ брак свадьб развод прием увольн трудоустр принят найм
договор заказ покуп продаж оплат счет достав отправ получ заявк звон обращ послед перв следующ поступл выпуск вступл прививк анализ осмотр событ запис основан
лиценз учет учета внес загруз
створ видач реєстр візит шлюб оновл прийом
utworz aktualiz zmian zmien wizyt rejestr wystaw wydan wazn konc zakoncz rozpocz smierc zgon zmarl pogrzeb pochow chrzt chrzest slub rozwod przyjec zatrudn zwoln umow
zamow zakup sprzed platn zaplat faktur dostaw wysl wyslan zgloszen rozmow kontakt ostatn pierwsz nastepn wpis wstapien szczep badan wydarz zaloz licenc
tod$ todes sterb gestorb eintritt austritt erstell aktual deces mort$ muerte fallec creac ingreso alta$
"""
"""Parts of headers of dates on which nobody was born."""

_OTHER_NUMBERS = """
passport card account iban order invoice contract policy document imei serial barcode ean$ sku$ vin$ licen ticket tax$ vat$ ein$ ssn$ nhs$ medicare insurance code id$ inn$
snils pesel nip$ regon krs fax bank case$
паспорт карт счет заказ накладн договор полис документ серий артикул штрих лиценз билет инн снилс огрн кпп код факс
paszport kart konto zamow faktur umow polis dokument dowod seryj kod faks
"""
"""Parts of headers of numbers that nobody answers."""

_OTHER_FIRMS = (
    "bank insur carrier competitor subsidiar банк страх перевоз конкур банк ubezp przewoz konkur agency агентств agencj"
)
"""Parts of headers of firms that are not the row's own."""


@dataclass(frozen=True, slots=True)
class _Column:
    """A column's sample. values: distinct, not empty, in the order of rows; filled: its part of the rows that has a value; different: how
    many of the cells with a value have one of their own, as a part; cells: how many have one."""

    header: str
    values: tuple[str, ...]
    filled: float
    different: float
    cells: int


def columns_to_sample(found: Recognised, model: Model, named: Collection[str] = ()) -> tuple[str, ...]:
    """Headers whose values `recognise_values` needs: unread ones that some kind without a column may be under; () where there is none.

    named: fields that the caller named, also those that he left out."""
    kinds = _open_fields(found, model, named)
    return tuple(
        name
        for name in found.unread
        if name not in found.doubtful and any(not _speaks_of_another(name, kind) for kind in kinds)
    )


def recognise_values(
    found: Recognised, model: Model, cells: Mapping[str, Sequence[Cell]], named: Collection[str] = ()
) -> Recognised:
    """What was recognised by headers, with the columns that their values tell.

    cells: header to its cells in the first `ROWS` rows, for `columns_to_sample`. named: as there. A header that fits a field as well as
    another header does is doubtful then, and neither is read.
    """
    fields = _open_fields(found, model, named)
    fed = {field.kind for field in model.fields if field.name in found.columns}
    told: dict[str, list[_Column]] = {}
    for header, column in cells.items():
        sample = _sample(header, column)
        kind = _kind_of(sample)
        if kind in fields and not _speaks_of_another(header, kind):
            told.setdefault(kind, []).append(sample)
    _settle_names(told, fed)
    taken, doubtful = {}, dict(found.doubtful)
    for kind, columns in told.items():
        headers = tuple(column.header for column in columns)
        if len(headers) == 1 or kind in MANY:
            taken[fields[kind]] = headers
        else:
            doubtful |= dict.fromkeys(headers, fields[kind])
    by_values = {name for names in taken.values() for name in names}
    feeding = dict(found.columns) | taken
    return replace(
        found,
        columns=MappingProxyType({field.name: feeding[field.name] for field in model.fields if field.name in feeding}),
        unread=tuple(name for name in found.unread if name not in by_values),
        doubtful=MappingProxyType(doubtful),
        by_values=tuple(name for name in found.unread if name in by_values),
    )


def _open_fields(found: Recognised, model: Model, named: Collection[str]) -> dict[str, str]:
    """Each kind that values can tell and no column feeds, with the one field that it is for."""
    fed = {field.kind for field in model.fields if field.name in found.columns}
    shut = fed | {field.kind for field in model.fields if field.name in named}
    if fed & {"given", "surname"}:
        shut.add("name")
    if "name" in fed:
        shut |= {"given", "patronymic", "surname"}
    fields = {}
    for kind in _TESTS:
        of_kind = [field for field in model.fields if field.kind == kind]
        # A field without headers beside one that has some is filled by other code, never by a column.
        asked = [field.name for field in of_kind if field.columns] or [field.name for field in of_kind]
        if kind not in shut and len(asked) == 1 and (kind != "date" or len(of_kind) == 1):
            fields[kind] = asked[0]
    return fields


def _sample(header: str, cells: Sequence[Cell]) -> _Column:
    texts = [text for cell in cells for text in _texts(cell)]
    values = dict.fromkeys(texts)
    filled = sum(1 for cell in cells if any(_texts(cell)))
    return _Column(
        header,
        tuple(values)[:_MOST],
        filled / max(len(cells), 1),
        len(values) / max(len(texts), 1),
        len(texts),
    )


def _texts(cell: Cell) -> Iterator[str]:
    if cell is not None:
        for text in (cell,) if isinstance(cell, str) else cell:
            if text and (bare := text[:_LONGEST].strip()):
                yield bare


def _kind_of(column: _Column) -> str:
    """The kind that a column's values are of, '' where they tell none; the first that fits, since no two tests hold at once."""
    if len(column.values) < _LEAST:
        return ""
    different = {kind: _OWN_PARTS if kind in ("given", "patronymic") else _OWN for kind in _TESTS}
    return next((kind for kind, test in _TESTS.items() if column.different >= different[kind] and test(column)), "")


def _settle_names(told: dict[str, list[_Column]], fed: Collection[str]) -> None:
    """Leaves whole names or parts of names, whichever fits more cells; a surname or patronymic only beside a given name."""
    whole, given = told.get("name", []), told.get("given", [])
    if whole and given:
        # Beside a given name and a surname a whole name is the same again, or another person's.
        needed = _FULLER if "surname" in told else 1.0
        fuller = max(column.cells for column in whole) >= needed * max(column.cells for column in given)
        del told["given" if fuller else "name"]
    if "name" in told or ("given" not in fed and len(told.get("given", [])) != 1):
        told.pop("surname", None)
        told.pop("patronymic", None)


# Values


def _share(marks: Sequence[bool]) -> float:
    return sum(marks) / len(marks)


def _are_emails(column: _Column) -> bool:
    return _share([bool(key) for key in email.prepare(column.values).keys]) >= _SURE


def _are_phones(column: _Column) -> bool:
    """Numbers that are dialled: most with a plus or a bracket, or with the front of a mobile and not all in one document's form."""
    values = [value for value in column.values if ":" not in value]
    if len(values) < _SURE * len(column.values):
        return False
    read = phone.prepare(values)
    numbers = [number for number, size in enumerate(read.lengths.tolist()) if size in _NUMBERS]
    if len(numbers) < _SURE * len(column.values) or _are_dates(column):
        return False
    texts = [values[number] for number in numbers]
    dialled = [text.startswith(_DIALLED) for text in texts]
    if _share(dialled) >= _KNOWN_MOBILES:
        return True
    mobile = [read.keys[number].startswith(_MOBILE) for number in numbers]
    either = [one or other for one, other in zip(dialled, mobile, strict=True)]
    return _share(either) >= _KNOWN_MOBILES and not _have_one_form(texts)


def _have_one_form(values: Sequence[str]) -> bool:
    """Whether nearly all are ten digits as passports have them, or begin with the same two digits: 9205 123456 is a number of both kinds."""
    masks = ["".join("9" if sign.isdigit() else sign for sign in value) for value in values]
    ten = [mask in ("9999 999999", "99 99 999999", "9999999999") for mask in masks]
    if _share(ten) < _NO_MASK:
        return False
    fronts = [value[:2] for value in values]
    spaced = _share([" " in mask for mask in masks]) > 1 - _NO_MASK
    return spaced or max(map(fronts.count, set(fronts))) >= _ONE_FRONT * len(fronts)


def _are_dates(column: _Column) -> bool:
    read = date.prepare(column.values)
    return _share(((read.year > 0) & (read.month > 0) & (read.day > 0)).tolist()) >= _SURE


_MIDNIGHT = ("00:00", "00:00:00")


def _are_birth_dates(column: _Column) -> bool:
    """Whole dates over many years, without the times of day that programs write."""
    if column.filled < _FILLED or not _are_dates(column):
        return False
    moments = [":" in value and value.replace("T", " ").split(" ")[-1][:8] not in _MIDNIGHT for value in column.values]
    years = date.prepare(column.values).year
    early, late = np.percentile(years[years > 0], (10, 90)).tolist()
    return _share(moments) <= 1 - _SURE and late - early >= _YEARS_OF_BIRTHS


def _are_companies(column: _Column) -> bool:
    if _share([len(value) <= 2 * _LONGEST_NAME for value in column.values]) < _SURE:
        return False
    return _share([bool(form) for form in company.prepare(column.values).form]) >= _LEGAL_FORMS


def _name_words(value: str) -> list[str]:
    """The words of what may be a name; none for what cannot be one: long, or with digits or signs of other things."""
    words = [word.strip(".()\"'") for word in value.translate(_BETWEEN_NAMES).split()]
    words = [word for word in words if word]
    bare = "".join(words).translate(_INSIDE_NAMES)
    return words if len(value) <= _LONGEST_NAME and bare.isalpha() else []


_BETWEEN_NAMES = str.maketrans("/,;.", "    ")
_INSIDE_NAMES = dict.fromkeys(map(ord, "-'`’ʼ‘"))


def _is_given(word: str) -> bool:
    return len(word) > 1 and any(find_given_name(part).keys for part in (word, *word.split("-")) if len(part) > 1)


def _is_whole_name(words: Sequence[str]) -> bool:
    """Several words, one of them a given name and one not: two given names alone are nobody's whole name."""
    known = [_is_given(word) for word in words]
    return 2 <= len(words) <= 5 and any(known) and not all(known)


def _are_whole_names(column: _Column) -> bool:
    """Whole names for the most part, of whom few are firms."""
    if (
        column.filled < _FILLED
        or _share([_is_whole_name(_name_words(value)) for value in column.values]) < _WHOLE_NAMES
    ):
        return False
    return _share([bool(form) for form in company.prepare(column.values).form]) < _FEW


def _are_given_names(column: _Column) -> bool:
    names = [_name_words(value) for value in column.values]
    given = [bool(words) and all(map(_is_given, words)) for words in names]
    single = [len(words) == 1 or known for words, known in zip(names, given, strict=True)]
    return column.filled >= _FILLED and _share(single) >= _SURE and _share(given) >= _GIVEN_NAMES


def _single_words(column: _Column) -> list[str]:
    """The values that are one word; none where fewer than most are."""
    names = [words[0] for value in column.values if len(words := _name_words(value)) == 1]
    return names if len(names) >= _SURE * len(column.values) else []


def _is_patronymic(word: str) -> bool:
    folded = fold_token(word)
    polish = word.casefold().endswith(POLISH_SURNAME_ENDS)
    return len(folded) > 5 and folded.endswith(PATRONYMIC_ENDS) and not polish and not _is_given(word)


def _are_patronymics(column: _Column) -> bool:
    """Words with a patronymic's ending, of men and of women: surnames in -ич are one form for both."""
    found = [word for word in _single_words(column) if _is_patronymic(word)]
    if len(found) < _PATRONYMICS * len(column.values):
        return False
    female = _share([fold_token(word).endswith(FEMALE_PATRONYMIC_ENDS) for word in found])
    return _BOTH_SEXES <= female <= 1 - _BOTH_SEXES


def _are_surnames(column: _Column) -> bool:
    """Many different words, few of them given names or towns, with a surname's ending or at least a capital."""
    words = _single_words(column)
    if not words or column.filled < _FILLED or column.different < _SEVERAL_SURNAMES:
        return False
    towns = place.prepare(words).known
    if _share([_is_given(word) or _is_patronymic(word) for word in words]) >= _FEW or float(towns.mean()) >= _FEW_TOWNS:
        return False
    ends = [fold_token(word).endswith(SURNAME_ENDS) for word in words]
    capital = [len(word) > 2 and word[0].isupper() for word in words]
    return _share(ends) >= _SURNAMES or (column.cells >= _UNKNOWN_SURNAMES_FROM and _share(capital) >= _SURE)


_TESTS: Mapping[str, Callable[[_Column], bool]] = {
    "email": _are_emails,
    "date": _are_birth_dates,
    "phone": _are_phones,
    "company": _are_companies,
    "name": _are_whole_names,
    "given": _are_given_names,
    "patronymic": _are_patronymics,
    "surname": _are_surnames,
}


# Headers


_SILENT: Mapping[str, str] = {
    "email": _OTHERS,
    "date": _OTHERS + _OTHER_DATES,
    "phone": _OTHERS + _OTHER_NUMBERS,
    "company": _OTHERS + _OTHER_FIRMS,
    **dict.fromkeys(("name", "given", "patronymic", "surname"), _OTHERS + _NO_NAMES),
}
"""By kind, the words of headers under which its values are not the row's own."""

_ANYWHERE = 5
"""Letters from which a part of a word counts anywhere (accountmanager); shorter ones at a word's beginning alone."""


@cache
def _listed(kind: str) -> tuple[frozenset[str], tuple[str, ...], tuple[str, ...]]:
    """Whole words, short beginnings and long parts of a kind's list, as headers are compared."""
    listed = _SILENT[kind].split()
    parts = sorted({fold_header(word) for word in listed if word[-1] != "$"})
    return (
        frozenset(fold_header(word) for word in listed if word[-1] == "$"),
        tuple(part for part in parts if len(part) < _ANYWHERE),
        tuple(part for part in parts if len(part) >= _ANYWHERE),
    )


def _speaks_of_another(header: str, kind: str) -> bool:
    """Whether a header says that the values of this kind under it are another's."""
    whole, beginnings, parts = _listed(kind)
    words = fold_header(header).split()
    joined = "".join(words)
    return any(word in whole or word.startswith(beginnings) for word in words) or any(part in joined for part in parts)
