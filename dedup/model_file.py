"""Models on disk: the ready ones by name, those of a user in TOML or JSON files.

A file is a whole model (`docs/models.md` tells every part), or names a `base` and what it changes of it:

    base = "lead"               # lead, person, company, or the path of another model file beside this one
    name = "own"
    version = "own-1"           # decisions name it, so a changed model has another
    cluster_cap = 40
    drop = { blocking = ["tax id + name"] }

    [caps]                      # most records that one key of a blocking rule brings together
    "full name" = 30

    [weights.person_name]       # bits of a comparison's levels
    full_equal = -1.5

    [contacts.phone]            # alone, shared, together, apart, landline, changes_hands
    alone = 6.5

    [rarity.city]               # unseen, records, most: of a comparison's values
    unseen = 0.01

    [name_rarity.surname]       # the same of a part of names
    unseen = 0.0005

    [[blocking]]                # takes the place of the rule of this name, or is added
    name = "surname + city"
    keys = ["name:surname", "city"]

What can go wrong: the file cannot be read, a place is unknown or holds a wrong value. All of it is told at once.
"""

import json
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from dedup import kinds
from dedup.model import Model
from dedup.model_reading import (
    BITS,
    CAP,
    CONTACT_NUMBERS,
    MORE_OF_CONTACTS,
    NAME_RARITY_PARTS,
    RARITY_NUMBERS,
    RARITY_RULES,
    VALUES,
    Draft,
    NumberRule,
    Problems,
    is_text,
    known_levels,
    read_draft,
    shown,
)
from dedup.model_writing import digest, model_toml

__all__ = ["MODELS", "ModelFileError", "digest", "load_model", "read_model", "write_model"]

MOST_BYTES = 1_000_000
"""Size of the largest file that is read as a model; the ready ones have some thousand bytes."""

_MOST_BASES = 8
_ENDINGS = (".toml", ".json")
_SECTIONS = ("fields", "blocking", "comparison", "name_rarity")
_CHANGES = ("drop", "caps", "weights", "contacts", "rarity")
_DROPPED = {"fields": "fields", "blocking": "blocking", "comparisons": "comparison"}


class ModelFileError(ValueError):
    """A model that cannot be read or written. problems: one line each, with the place and what is allowed there."""

    def __init__(self, path: Path, problems: Iterable[str]) -> None:
        self.path = path
        self.problems = tuple(problems)
        super().__init__(f"model file `{shown(path.name)}`: " + "; ".join(self.problems))


class _ReadyModels(Mapping[str, Model]):
    """The models that ship with the package, by name; each is read when it is first asked for."""

    def __getitem__(self, name: str) -> Model:
        if name not in _ready_names():
            raise KeyError(name)
        return _ready_model(name)

    def __contains__(self, name: object) -> bool:
        return name in _ready_names()

    def __iter__(self) -> Iterator[str]:
        return iter(_ready_names())

    def __len__(self) -> int:
        return len(_ready_names())


MODELS: Mapping[str, Model] = _ReadyModels()
"""The ready models by name: lead, person, company."""


def load_model(name_or_path: str | Path) -> Model:
    """The ready model of this name, or the one in the file at this path, which ends in .toml or .json.

    Raises ModelFileError (a ValueError) for a file that is not right, with all its problems; ValueError that lists the
    ready models for any other text.
    """
    name = str(name_or_path)
    if name in MODELS:
        return MODELS[name]
    if name.lower().endswith(_ENDINGS):
        path = Path(name)
        return _checked(path, _file_draft(path, ()))
    raise ValueError(
        f"no model is called `{shown(name)}`; choose one of {', '.join(MODELS)}, or give the path of a file that ends in "
        + " or ".join(_ENDINGS)
    )


def write_model(model: Model) -> str:
    """The model as the text of a TOML file that reads back equal.

    Raises ModelFileError when the model is none that a file can hold, with what is wrong in it.
    """
    path = Path(f"{model.name}.toml")
    try:
        text = model_toml(model)
    except (ValueError, TypeError, KeyError) as error:
        raise ModelFileError(path, [f"it cannot be written: {error}"]) from error
    read = _checked(path, _draft(path, _document(path, text.encode("utf-8", "surrogatepass")), ()))
    if read != model:
        raise ModelFileError(path, ["it would read back as another model; its levels or contact numbers disagree"])
    return text


def read_model(text: str, name: str = "model") -> Model:
    """The model that a text written by `dedup.model_writing.model_toml` holds, also where its version is that of a ready model which
    has changed since, or whose weights were learnt. Raises ModelFileError."""
    path = Path(f"{name}.toml")
    return _built(path, _draft(path, _document(path, text.encode("utf-8", "surrogatepass")), ()))


@cache
def _ready_names() -> tuple[str, ...]:
    found = (entry.name for entry in files("dedup").joinpath("models").iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in found if name.endswith(".toml")))


@cache
def _ready_document(name: str) -> Mapping[str, Any]:
    content = files("dedup").joinpath("models", f"{name}.toml").read_bytes()
    return _document(Path(f"{name}.toml"), content)


def _ready_draft(name: str) -> Draft:
    return _draft(Path(f"{name}.toml"), _ready_document(name), ())


@cache
def _ready_model(name: str) -> Model:
    return _built(Path(f"{name}.toml"), _ready_draft(name))


def _built(path: Path, draft: Draft) -> Model:
    problems = Problems()
    model = read_draft(draft, problems)
    if model is None:
        raise ModelFileError(path, problems.lines())
    return model


def _checked(path: Path, draft: Draft) -> Model:
    """The model of a file of the user, whose version is its own."""
    model = _built(path, draft)
    for name in MODELS:
        if _ready_document(name).get("version") == model.version and digest(MODELS[name]) != digest(model):
            problem = f"`version` must not be that of the ready model `{name}`, since decisions name it; choose another"
            raise ModelFileError(path, [problem])
    return model


def _content(path: Path) -> bytes:
    if not path.is_file():
        raise ModelFileError(path, ["it cannot be read: there is no such file; check the path"])
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise ModelFileError(path, [f"it cannot be read: {error.strerror}"]) from error
    if len(content) > MOST_BYTES:
        problem = f"it cannot be read as a model: it has more than {MOST_BYTES:,} bytes; check that it is a model file"
        raise ModelFileError(path, [problem])
    return content


def _without_twins(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twin = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key `{shown(twin)}` stands twice in one object; leave it once")
    return found


def _document(path: Path, content: bytes) -> Mapping[str, Any]:
    """The tables of a file's content. Raises ModelFileError."""
    form = "JSON" if path.name.lower().endswith(".json") else "TOML"
    if b"\0" in content:
        raise ModelFileError(path, [f"it cannot be read as {form}: it holds a NUL byte; save it as plain UTF-8 text"])
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        problem = f"it cannot be read as {form}: line {line} is not UTF-8; save it as plain UTF-8 text"
        raise ModelFileError(path, [problem]) from error
    try:
        document = tomllib.loads(text) if form == "TOML" else json.loads(text, object_pairs_hook=_without_twins)
    # Both readers pass on what Python says of a number with thousands of digits, a ValueError.
    except (ValueError, RecursionError) as error:
        reason = "it is nested too deep" if isinstance(error, RecursionError) else shown(error, 200)
        raise ModelFileError(path, [f"it cannot be read as {form}: {reason}"]) from error
    if not isinstance(document, dict):
        raise ModelFileError(path, ["it must hold one JSON object, with the keys of a model"])
    return document


def _file_draft(path: Path, chain: tuple[Path, ...]) -> Draft:
    return _draft(path, _document(path, _content(path)), chain)


def _draft(path: Path, document: Mapping[str, Any], chain: tuple[Path, ...]) -> Draft:
    """The draft of a document; chain: the files that it is the base of. Raises ModelFileError."""
    problems = Problems()
    own = _own_tables(problems, document)
    if "base" in document:
        base = _base_draft(path, document["base"], chain)
        _check_version(problems, own, base)
        draft = _changed(problems, base, own, document)
    else:
        draft = own
    if problems:
        # What is wrong within the tables is told together with what is wrong about them.
        read_draft(draft, problems)
        raise ModelFileError(path, dict.fromkeys(problems.lines()))
    return draft


def _base_draft(path: Path, base: Any, chain: tuple[Path, ...]) -> Draft:
    if isinstance(base, str) and base in MODELS:
        return _ready_draft(base)
    if not isinstance(base, str) or not base.lower().endswith(_ENDINGS):
        choices = f"must be one of {', '.join(MODELS)}, or the path of a .toml or .json file beside this one"
        raise ModelFileError(path, [f"`base` {choices}"])
    other = path.parent / base
    here = path.resolve()
    if other.resolve() in (here, *chain):
        raise ModelFileError(path, ["`base` leads back to this file; base it on a ready model"])
    if len(chain) >= _MOST_BASES:
        raise ModelFileError(path, [f"`base` leads through more than {_MOST_BASES} files; base it on a nearer one"])
    try:
        draft = _file_draft(other, (here, *chain))
        _built(other, draft)
    except ModelFileError as error:
        raise ModelFileError(path, [f"base `{shown(base)}`: {problem}" for problem in error.problems]) from error
    return draft


def _check_version(problems: Problems, own: Draft, base: Draft) -> None:
    for key in ("name", "version"):
        if key not in own.values:
            problems.tell(key, "is missing; give the model its own, since decisions name it")
    if own.values.get("version") == base.values["version"]:
        problems.tell("version", "must not be that of its base, since decisions name it; choose another")


def _own_tables(problems: Problems, document: Mapping[str, Any]) -> Draft:
    """The document's own values and tables. Blocking rules and comparisons are lists of named tables there."""
    based = "base" in document
    allowed = ("base", *sorted(VALUES), *_SECTIONS, *(_CHANGES if based else ()))
    keys = [key for key in document if based or key not in _CHANGES]
    problems.known("", keys, allowed)
    for key in document.keys() & set(_CHANGES) if not based else ():
        problems.tell(key, "changes a base; name one with `base`, or set the numbers in their places")
    return Draft(
        values={key: document[key] for key in document if key in VALUES},
        fields=dict(problems.table("fields", document.get("fields", {}))),
        blocking=_named_tables(problems, "blocking", document.get("blocking", [])),
        comparison=_named_tables(problems, "comparison", document.get("comparison", [])),
        name_rarity=dict(problems.table("name_rarity", document.get("name_rarity", {}))),
    )


def _named_tables(problems: Problems, section: str, tables: Any) -> dict[str, Any]:
    if not isinstance(tables, list) or not all(isinstance(table, Mapping) for table in tables):
        problems.tell(section, f"must be a list of tables, each headed [[{section}]]")
        return {}
    found: dict[str, Any] = {}
    for number, table in enumerate(tables, 1):
        name = table.get("name")
        if not is_text(name):
            problems.tell(f"{section} number {number}.name", "must be a text that is printable and not empty")
        elif name in found:
            problems.tell(f"{section}.{name}", f"stands twice; give number {number} another name")
        else:
            found[name] = table
    return found


def _changed(problems: Problems, base: Draft, own: Draft, document: Mapping[str, Any]) -> Draft:
    """The base with a document's changes: first what it drops, then its own tables, then numbers in place."""
    draft = deepcopy(base)
    _drop(problems, draft, document.get("drop", {}))
    draft.values |= own.values
    draft.fields |= own.fields
    draft.blocking |= deepcopy(own.blocking)
    draft.comparison |= deepcopy(own.comparison)
    for part in problems.known("name_rarity.", own.name_rarity, NAME_RARITY_PARTS):
        numbers = draft.name_rarity.setdefault(part, {})
        numbers |= _numbers(problems, f"name_rarity.{part}", own.name_rarity[part], RARITY_RULES)
    _change_caps(problems, draft, document.get("caps", {}))
    _change_weights(problems, draft, document.get("weights", {}))
    for section, key, rules in (
        ("contacts", "contact", dict.fromkeys(CONTACT_NUMBERS, BITS) | MORE_OF_CONTACTS),
        ("rarity", "rarity", {number: RARITY_RULES[number] for number in RARITY_NUMBERS}),
    ):
        _change_numbers(problems, draft, section, key, document.get(section, {}), rules)
    return draft


def _drop(problems: Problems, draft: Draft, drop: Any) -> None:
    drop = problems.table("drop", drop)
    for key in problems.known("drop.", drop, _DROPPED):
        section = getattr(draft, _DROPPED[key])
        names = drop[key] if isinstance(drop[key], list) else None
        if names is None:
            problems.tell(f"drop.{key}", "must be a list of names")
        for name in dict.fromkeys(problems.known(f"drop.{key}: ", names or (), section)):
            del section[name]


def _numbers(problems: Problems, place: str, value: Any, rules: Mapping[str, NumberRule]) -> dict[str, float]:
    """The right ones among the numbers that a change gives."""
    table = problems.table(place, value)
    found = {
        key: problems.number(f"{place}.{key}", table[key], rules[key])
        for key in problems.known(f"{place}.", table, rules)
    }
    return {key: number for key, number in found.items() if number is not None}


def _change_caps(problems: Problems, draft: Draft, caps: Any) -> None:
    for name, cap in _numbers(problems, "caps", caps, dict.fromkeys(draft.blocking, CAP)).items():
        draft.blocking[name]["cap"] = cap


def _change_weights(problems: Problems, draft: Draft, weights: Any) -> None:
    weights = problems.table("weights", weights)
    for name in problems.known("weights.", weights, draft.comparison):
        comparison = draft.comparison[name]
        kind = comparison.get("kind")
        levels = comparison.setdefault("levels", {})
        if not isinstance(kind, str) or kind not in kinds.KINDS or not _are_tables(levels):
            continue  # a table of this file that is wrong itself, which is told in its own place
        words = kinds.levels_of(kind)
        place = f"weights.{name}"
        given = problems.table(place, weights[name])
        for level in known_levels(problems, place, given, kind):
            bits = problems.number(f"{place}.{level}", given[level], BITS)
            if bits is not None:
                levels.setdefault(level, {})["weight"] = bits
        if set(levels) <= set(words):
            comparison["levels"] = {level: levels[level] for level in words if level in levels}


def _are_tables(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(one, dict) for one in value.values())


def _change_numbers(
    problems: Problems, draft: Draft, section: str, key: str, changes: Any, rules: Mapping[str, NumberRule]
) -> None:
    """Changes of the numbers that comparisons hold in their table `key`."""
    changes = problems.table(section, changes)
    holders = [name for name, comparison in draft.comparison.items() if isinstance(comparison.get(key), dict)]
    for name in problems.known(f"{section}.", changes, holders):
        draft.comparison[name][key] |= _numbers(problems, f"{section}.{name}", changes[name], rules)
