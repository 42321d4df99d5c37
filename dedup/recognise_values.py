"""Which column holds which kind of value, told by a sample of its values where no header is known.

Only what anybody would see is told: mailboxes, telephone numbers, birth dates, names of persons and of companies; and only for a kind of which the
model has a field that no column feeds. A column whose header speaks of somebody else (a manager, a spouse) or of another
date or number (a visit, a passport) is left alone, and so is what two columns fit equally: then nothing is better than the wrong one.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from dedup.header_words import speaks_of_another
from dedup.model import Model
from dedup.recognise import MANY, Recognised, no_column
from dedup.value_kinds import KINDS, Cell, ColumnSample, is_value, kind_of, sample_of

ROWS = 1_000
"""Rows whose cells are looked at: they tell a kind as well as all would."""

_FULLER = 1.25
"""How many more cells a whole name needs to go before a given name and a surname."""


def columns_to_sample(found: Recognised, model: Model, named: Collection[str] = ()) -> tuple[str, ...]:
    """Headers whose values `recognise_values` needs: unread ones that some kind without a column may be under; () where there is none.

    named: fields that the caller named, also those that he left out."""
    kinds = _open_fields(found, model, named)
    further = _further_name(found, model, named)
    asked = tuple(
        name
        for name in found.unread
        if name not in found.doubtful
        and any(not speaks_of_another(name, kind) for kind in (*kinds, *(("name",) if further else ())))
    )
    return (*_name_headers(found, model), *asked) if asked and further else asked


def recognise_values(
    found: Recognised, model: Model, cells: Mapping[str, Sequence[Cell]], named: Collection[str] = ()
) -> Recognised:
    """What was recognised by headers, with the columns that their values tell.

    cells: header to its cells in the first `ROWS` rows, for `columns_to_sample`. named: as there. A header that fits a field as well as
    another header does is doubtful then, and neither is read. Raises ColumnError where headers and values tell nothing, and where no
    header is known and one of them is itself a value: then the first row was taken for a header.
    """
    fields = _open_fields(found, model, named)
    fed = {field.kind for field in model.fields if field.name in found.columns}
    told: dict[str, list[ColumnSample]] = {}
    for header, column in cells.items():
        if header not in found.unread:
            continue
        sample = sample_of(header, column)
        kind = kind_of(sample)
        if kind in fields and not speaks_of_another(header, kind):
            told.setdefault(kind, []).append(sample)
    _settle_names(told, fed)
    taken, doubtful = {}, dict(found.doubtful)
    for kind, columns in told.items():
        headers = tuple(column.header for column in columns)
        if len(headers) == 1 or kind in MANY:
            taken[fields[kind]] = headers
        else:
            doubtful |= dict.fromkeys(headers, fields[kind])
    further = _further_name(found, model, named)
    if further is not None and (second := _second_name(found, model, cells)) is not None:
        taken[further] = (*found.columns.get(further, ()), second)
    by_values = {name for names in taken.values() for name in names} & set(found.unread)
    feeding = dict(found.columns) | taken
    if not feeding or (not found.columns and any(map(is_value, found.unread))):
        numbered = [name for name in (found.id_column, found.seen_column) if name is not None]
        raise no_column(len(found.unread) + len(numbered), model)
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
    for kind in KINDS:
        of_kind = [field for field in model.fields if field.kind == kind]
        # A field without headers beside one that has some is filled by other code, never by a column.
        asked = [field.name for field in of_kind if field.columns] or [field.name for field in of_kind]
        if kind not in shut and len(asked) == 1 and (kind != "date" or len(of_kind) == 1):
            fields[kind] = asked[0]
    return fields


_NAMES = ("name", "given", "surname")


def _name_headers(found: Recognised, model: Model) -> tuple[str, ...]:
    """Headers that feed names."""
    fields = [field.name for field in model.fields if field.kind in _NAMES]
    return tuple(header for name in fields for header in found.columns.get(name, ()))


def _further_name(found: Recognised, model: Model, named: Collection[str]) -> str | None:
    """The field of whole names, where names have columns already and none was named by the caller."""
    fields = [field for field in model.fields if field.kind in _NAMES]
    if not _name_headers(found, model) or any(field.name in named for field in fields):
        return None
    return next((field.name for field in fields if field.kind == "name"), None)


def _second_name(found: Recognised, model: Model, cells: Mapping[str, Sequence[Cell]]) -> str | None:
    """The one unread column that holds whole names in the rows that have none in the known columns: of another system, or in another script."""
    known = [cells[header] for header in _name_headers(found, model) if header in cells]
    nameless = [row for row in range(len(known[0])) if not any(column[row] for column in known)] if known else []
    fits = [
        header
        for header, column in cells.items()
        if header in found.unread
        and not speaks_of_another(header, "name")
        and kind_of(sample_of(header, [column[row] for row in nameless])) == "name"
    ]
    return fits[0] if len(fits) == 1 else None


def _settle_names(told: dict[str, list[ColumnSample]], fed: Collection[str]) -> None:
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
