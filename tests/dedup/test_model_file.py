import json
import re
import tomllib
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dedup
from dedup import kinds
from dedup.model import (
    FIELD_KINDS,
    BlockingRule,
    Comparison,
    ComparisonLevel,
    Contact,
    Field,
    Model,
    Namesakes,
    Rarity,
)
from dedup.model_file import MODELS, MOST_BYTES, ModelFileError, digest, load_model, write_model
from dedup.model_reading import NAME_RARITY_PARTS

HEAD = 'base = "lead"\nname = "own"\nversion = "own-1"\n'

WHOLE = """
name = "small"
version = "small-1"
duplicates_per_record = 0.5
least_population = 1000
review_span = 1.0
merge_needs = [["own_contact"], ["firm"]]
conflicts = ["city"]

[fields]
phone = { kind = "phone", columns = ["Phone", "tel"] }
city = { kind = "place" }
firm = { kind = "company" }
mail = { kind = "email" }

[[blocking]]
name = "phone"
keys = ["phone"]

[[blocking]]
name = "firm + login"
keys = ["firm", "mail:login"]
cap = 25

[[comparison]]
name = "phone"
kind = "phone"
fields = ["phone"]
contact = { alone = 7, shared = 1.5, together = 4, apart = -1 }
levels = { extension_differs = { weight = 0 }, typo = { weight = 3 } }

[[comparison]]
name = "firm"
kind = "company"
fields = ["firm"]
rarity = { unseen = 0.001, records = 1000, most = 14 }

[comparison.levels]
equal = { weight = -0.7, rarity = true }
close = { weight = 2 }
other_form = { weight = -5 }
suffix = { weight = -6 }
differ = { weight = -7 }
"""


@pytest.fixture
def model_file(tmp_path):
    def write(text: str, name: str = "own.toml") -> str:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    return write


def problems_of(path: str) -> tuple[str, ...]:
    with pytest.raises(ModelFileError) as caught:
        load_model(path)
    assert "\n" not in str(caught.value)
    return caught.value.problems


def test_an_unknown_model_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match="choose one of company, lead, person"):
        load_model("leads")


def test_a_whole_model_is_read(model_file):
    model = load_model(model_file(WHOLE))
    assert (model.version, model.cluster_cap, model.learns, model.conflicts) == ("small-1", 60, False, ("city",))
    assert model.field_named("phone").columns == ("phone", "tel")
    assert [rule.cap for rule in model.blocking_rules] == [40, 25]
    assert model.merge_needs == (("own_contact",), ("firm",))


def test_levels_of_a_contact_come_of_its_numbers(model_file):
    phone = load_model(model_file(WHOLE)).comparison_named("phone")
    weights = {level.name: level.weight for level in phone.levels}
    assert weights == {"equal": 7.0, "shared": 1.5, "extension_differs": 0.0, "typo": 3.0, "differ": -1.0}
    assert tuple(weights) == kinds.levels_of("phone")


def test_json_says_the_same(model_file):
    document = {
        "name": "j",
        "version": "j-1",
        "duplicates_per_record": 1,
        "least_population": 10,
        "review_span": 0,
        "fields": {"tag": {"kind": "category"}},
        "blocking": [{"name": "tag", "keys": ["tag"]}],
        "comparison": [
            {
                "name": "tag",
                "kind": "category",
                "fields": ["tag"],
                "levels": {"equal": {"weight": 3}, "differ": {"weight": -3}},
            }
        ],
    }
    model = load_model(model_file(json.dumps(document), "own.json"))
    assert load_model(model_file(write_model(model), "same.toml")) == model


def test_a_file_changes_only_what_it_says(model_file):
    model = load_model(
        model_file(
            HEAD
            + "cluster_cap = 7\nhub_fade = [4, 32]\n[contacts.phone]\nalone = 5\n[weights.person_name]\nfull_equal = -3\n"
            + '[caps]\n"full name" = 9\n[name_rarity.surname]\nunseen = 0.01\n[rarity.city]\nmost = 2\n'
        )
    )
    base = load_model("lead")
    assert (model.name, model.version, model.cluster_cap, model.hub_fade) == ("own", "own-1", 7, (4, 32))
    phone = model.comparison_named("phone")
    assert phone.contact is not None
    assert (phone.contact.alone, phone.level_named("equal").weight) == (5.0, 5.0)
    name = model.comparison_named("person_name").level_named("full_equal")
    assert (name.weight, name.rarity) == (-3.0, True)
    assert model.comparison_named("email") == base.comparison_named("email")
    assert next(rule.cap for rule in model.blocking_rules if rule.name == "full name") == 9
    assert model.name_rarity["surname"] == replace(base.name_rarity["surname"], unseen=0.01)
    assert model.comparison_named("city").rarity == replace(base.comparison_named("city").rarity, most=2.0)


def test_a_file_without_changes_is_its_base_under_another_name(model_file):
    own = load_model(model_file(HEAD))
    assert own == replace(load_model("lead"), name="own", version="own-1")
    assert digest(own) == digest(load_model("lead"))


def test_tables_replace_those_of_their_name_and_others_are_added(model_file):
    model = load_model(
        model_file(
            HEAD
            + '[fields]\nzip = { kind = "postcode" }\n'
            + '[[blocking]]\nname = "phone"\nkeys = ["phone", "city"]\n[[blocking]]\nname = "zip"\nkeys = ["zip:area"]\n'
            + '[[comparison]]\nname = "zip"\nkind = "postcode"\nfields = ["zip"]\n[comparison.levels]\n'
            + "equal = {weight = 4}\ntypo = {weight = 3}\narea = {weight = 2}\ndiffer = {weight = -1}\n"
            + "[weights.zip]\ndiffer = -2\n[caps]\nzip = 50\n"
        )
    )
    base = load_model("lead")
    assert [rule.name for rule in model.blocking_rules] == [*(rule.name for rule in base.blocking_rules), "zip"]
    assert model.blocking_rules[0] == BlockingRule("phone", ("phone", "city"))
    assert model.blocking_rules[-1] == BlockingRule("zip", ("zip:area",), 50)
    assert model.comparisons[:-1] == base.comparisons
    assert [level.weight for level in model.comparisons[-1].levels] == [4, 3, 2, -2]


def test_what_is_dropped_is_gone(model_file):
    drop = 'drop = { blocking = ["tax id", "tax id + name"], comparisons = ["tax_id"], fields = ["tax_id"] }\n'
    model = load_model(model_file(HEAD + "conflicts = []\n" + drop))
    assert "tax_id" not in write_model(model)


def test_a_file_may_be_based_on_another(model_file):
    model_file(HEAD + "cluster_cap = 9\n[contacts.phone]\nalone = 5\n", "firm.toml")
    model = load_model(model_file('base = "firm.toml"\nname = "city"\nversion = "city-1"\nreview_span = 2\n'))
    phone = model.comparison_named("phone").contact
    assert phone is not None
    assert (model.cluster_cap, model.review_span, phone.alone) == (9, 2.0, 5.0)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("cluster_cap = 0\n", "`cluster_cap`"),
        ("cluster_cap = 2.5\n", "`cluster_cap`"),
        ("review_span = nan\n", "`review_span`"),
        ("strong_link = inf\n", "`strong_link`"),
        ("strong_link = true\n", "`strong_link`"),
        (f"least_population = {'9' * 400}\n", "`least_population`"),
        ("hub_fade = [9, 3]\n", "`hub_fade`"),
        ('learns = "yes"\n', "`learns`"),
        ('conflicts = ["shoe"]\n', "`conflicts: shoe`"),
        ('conflicts = "tax_id"\n', "`conflicts`"),
        ('merge_needs = [["shoe"]]\n', "`merge_needs, alternative 1: shoe`"),
        ("merge_needs = [[]]\n", "`merge_needs, alternative 1`"),
        ('merge_needs = ["name"]\n', "`merge_needs`"),
        ('[namesakes]\ndate = "city"\napart = ["phone"]\nmost = -4.0\n', "`namesakes.date: city`"),
        ('[namesakes]\ndate = "city"\napart = ["shoe"]\nmost = -4.0\n', "`namesakes.apart: shoe`"),
        ('[namesakes]\ndate = "city"\napart = ["phone"]\n', "`namesakes.most`"),
        ('[namesakes]\ndate = "city"\napart = ["phone"]\nmost = 1\nrelatives = "x"\n', "`namesakes.relatives"),
        ("[namesakes]\nmost = -4.0\n", "`namesakes.apart`"),
        ("[namesakes]\nshoe = 4\n", "`namesakes.shoe`"),
        ("namesakes = 3\n", "`namesakes`"),
        ("colour = 1\n", "`colour`"),
        ("[caps]\nphones = 3\n", "`caps.phones`"),
        ("[caps]\nphone = 1\n", "`caps.phone`"),
        ("[weights.person_name]\nfull = 3\n", "`weights.person_name.full`"),
        ("[weights.person_name]\nfull_equal = nan\n", "`weights.person_name.full_equal`"),
        ("[weights.phone]\nequal = 3\n", "`weights.phone.equal`"),
        ('[contacts.phone]\nalone = "much"\n', "`contacts.phone.alone`"),
        ("[contacts.city]\nalone = 1\n", "`contacts.city`"),
        ("[contacts.phone]\nchanges_hands = 2\n", "`contacts.phone.changes_hands`"),
        ("[name_rarity.surname]\nunseen = 2\n", "`name_rarity.surname.unseen`"),
        ("[name_rarity.nickname]\nunseen = 0.1\n", "`name_rarity.nickname`"),
        ("[rarity.city]\nshare = 0.1\n", "`rarity.city.share`"),
        ("[rarity.phone]\nunseen = 0.1\n", "`rarity.phone`"),
        ("weights = 3\n", "`weights`"),
        ("duplicates_per_record = 0\n", "`duplicates_per_record`"),
        ('drop = { blocking = ["shoes"] }\n', "`drop.blocking: shoes`"),
        ('drop = { blocking = "phone" }\n', "`drop.blocking`"),
        ('drop = { rules = ["phone"] }\n', "`drop.rules`"),
        ('drop = { comparisons = ["company"] }\n', "`merge_needs, alternative 3: company`"),
        ('drop = { comparisons = ["person_name"] }\n', "`merge_needs, alternative 2: name`"),
        ('[[blocking]]\nname = "x"\nkeys = ["shoe"]\n', "`blocking.x.keys: shoe`"),
        ('[[blocking]]\nname = "x"\nkeys = ["city:area"]\n', "`blocking.x.keys: city:area`"),
        ('[[blocking]]\nname = "x"\nkeys = ["name"]\n', "`blocking.x.keys: name`"),
        ('[[blocking]]\nname = "x"\nkeys = ["patronymic"]\n', "`blocking.x.keys: patronymic`"),
        ('[[blocking]]\nname = "x"\nkeys = ["phone", "phone"]\n', "`blocking.x.keys`"),
        ('[[blocking]]\nname = "x"\nkeys = []\n', "`blocking.x.keys`"),
        ('[[blocking]]\nname = "x"\nkeys = ["phone"]\nlimit = 3\n', "`blocking.x.limit`"),
        ('[[blocking]]\nname = "x"\nkeys = ["phone"]\n[[blocking]]\nname = "x"\nkeys = ["email"]\n', "`blocking.x`"),
        ('[[blocking]]\nkeys = ["phone"]\n', "`blocking number 1.name`"),
        ('[blocking]\nname = "x"\n', "`blocking`"),
        ('[fields]\nx = { kind = "shoe" }\n', "`fields.x.kind`"),
        ("[fields]\nx = 3\n", "`fields.x`"),
        ('[fields]\n"a:b" = { kind = "text" }\n', "`fields.a:b`"),
        ('[fields]\nx = { kind = "text", columns = ["Phone"] }\n', "`fields.x.columns`"),
        ('[fields]\nx = { kind = "text", columns = "x" }\n', "`fields.x.columns`"),
    ],
    ids=lambda value: value.strip("`\n").replace("\n", " ")[:50],
)
def test_a_wrong_place_is_named(model_file, text, place):
    problems = problems_of(model_file(HEAD + text))
    assert [problem for problem in problems if problem.startswith(place)], problems


COMPARISON = '[[comparison]]\nname = "x"\n'


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('kind = "shoe"\nfields = ["city"]\n', "`comparison.x.kind`"),
        ('kind = "place"\n', "`comparison.x.fields`"),
        ('kind = "place"\nfields = ["phone"]\n', "`comparison.x.fields: phone`"),
        ('kind = "place"\nfields = ["shoe"]\n', "`comparison.x.fields: shoe`"),
        ('kind = "company"\nfields = ["form"]\n[fields.form]\nkind = "legal_form"\n', "`comparison.x.fields`"),
        ('kind = "company"\nfields = ["form", "company"]\n[fields.form]\nkind = "legal_form"\n', "`comparison.x.fields`"),
        ('kind = "person_name"\nfields = ["patronymic"]\n', "`comparison.x.fields`"),
        ('kind = "person_name"\nfields = ["name"]\n', "`comparison.x.kind`"),
        ('kind = "place"\nfields = ["city"]\nlevels.equal = { weight = 3 }\n', "`comparison.x.levels.close`"),
        ('kind = "place"\nfields = ["city"]\nlevels.swapped = { weight = 3 }\n', "`comparison.x.levels.swapped`"),
        ('kind = "place"\nfields = ["city"]\nlevels.equal = 3\n', "`comparison.x.levels.equal`"),
        ('kind = "place"\nfields = ["city"]\nlevels.equal = {}\n', "`comparison.x.levels.equal.weight`"),
        ('kind = "place"\nfields = ["city"]\nlevels.equal = { weight = 1e9 }\n', "`comparison.x.levels.equal.weight`"),
        ('kind = "place"\nfields = ["city"]\nlevels.equal = { weight = 1, rarity = 1 }\n', "`comparison.x.levels.equal.rarity`"),
        ('kind = "place"\nfields = ["city"]\nlevels.equal = { weight = 1, rarity = true }\n', "`comparison.x.rarity`"),
        ('kind = "place"\nfields = ["city"]\nlevels = { differ = { weight = 1 }, equal = { weight = 1 } }\n', "`comparison.x.levels`"),
        ('kind = "place"\nfields = ["city"]\ncontact = { alone = 1 }\n', "`comparison.x.contact`"),
        ('kind = "place"\nfields = ["city"]\nrarity = { unseen = 0.1, records = 3 }\n', "`comparison.x.rarity.most`"),
        ('kind = "place"\nfields = ["city"]\nbeside_contact = -1\n', "`comparison.x.beside_contact`"),
        ('kind = "id"\nfields = ["tax_id"]\n', "`comparison.x.contact.alone`"),
        ('kind = "phone"\nfields = ["phone"]\nlevels.typo = { weight = 3 }\n', "`comparison.x.levels.extension_differs`"),
        ('kind = "id"\nfields = ["tax_id"]\nlevels.equal = { weight = 3 }\n', "`comparison.x.levels.equal`"),
        ('kind = "id"\nfields = ["tax_id"]\nbeside_contact = 1\n', "`comparison.x.beside_contact`"),
        ('kind = "person_name"\nfields = ["name"]\nrarity = { unseen = 0.1, records = 3, most = 1 }\n', "`comparison.x.rarity`"),
        ('kind = "place"\nfields = ["city"]\nweights = {}\n', "`comparison.x.weights`"),
    ],
    ids=lambda value: value.strip("`\n").replace("\n", " ")[-50:],
)  # fmt: skip
def test_a_wrong_comparison_is_named(model_file, text, place):
    problems = problems_of(model_file(HEAD + COMPARISON + text))
    assert [problem for problem in problems if problem.startswith(place)], problems


def test_a_comparison_may_not_be_called_like_a_term(model_file):
    text = WHOLE.replace('name = "firm"', 'name = "contact"').replace('["firm"]]', '["contact"]]')
    assert problems_of(model_file(text))[0].startswith("`comparison.contact`")


def test_a_near_miss_is_named(model_file):
    assert problems_of(model_file(HEAD + "cluster_caps = 3\n"))[0].startswith(
        "`cluster_caps` is unknown; did you mean `cluster_cap`?"
    )


def test_all_problems_are_told_at_once(model_file):
    version = load_model("lead").version
    problems = problems_of(
        model_file(f'base = "lead"\nname = ""\nversion = "{version}"\ncolour = 1\n[caps]\nphone = 1\n')
    )
    assert len(problems) == 4


def test_thousands_of_problems_are_cut_short(model_file):
    problems = problems_of(model_file(HEAD + "".join(f"k{number} = 1\n" for number in range(5000))))
    assert len(problems) == 101
    assert problems[-1] == "and 4900 more problems"


@pytest.mark.parametrize("section", ["fields", "blocking", "comparison", "version", "review_span"])
def test_an_empty_model_misses_its_sections(model_file, section):
    assert any(problem.startswith(f"`{section}`") for problem in problems_of(model_file("")))


def test_changes_without_a_base_are_no_model(model_file):
    assert any(
        problem.startswith("`caps` changes a base")
        for problem in problems_of(model_file(WHOLE + "[caps]\nphone = 3\n"))
    )


def test_a_changed_model_has_its_own_version(model_file):
    text = write_model(load_model("lead"))
    assert load_model(model_file(text)) == load_model("lead")
    changed = text.replace("cluster_cap = 60", "cluster_cap = 61")
    assert problems_of(model_file(changed))[0].startswith("`version` must not be that of the ready model `lead`")


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"base = ", "cannot be read as TOML"),
        (b'name = "a\0b"', "NUL byte"),
        ("имя = 1".encode("cp1251"), "line 1 is not UTF-8"),
        (b"#" * (MOST_BYTES + 1), "more than 1,000,000 bytes"),
        (b"a = " + b"[" * 100_000, "nested too deep"),
        (b"a = " + b"9" * 10_000, "cannot be read as TOML"),
        (b'base = "other"', "`base` must be one of company, lead, person"),
        (b"base = 3", "`base` must be one of company, lead, person"),
        (b'base = "own.toml"', "leads back to this file"),
        (b'base = "none.toml"', "there is no such file"),
    ],
    ids=["no TOML", "NUL", "code page", "too big", "deep", "long number", "unknown base", "base of no text", "circle", "no base"],
)  # fmt: skip
def test_a_file_that_is_no_model_is_refused(tmp_path, content, problem):
    path = tmp_path / "own.toml"
    path.write_bytes(content)
    assert any(problem in line for line in problems_of(str(path)))


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"[]", "must hold one JSON object"),
        (b'{"name": 1, "name": 2}', "`name` stands twice"),
        (b'{"name"', "cannot be read as JSON"),
        (b'{"version": "\\ud800"}', "`version` must be a text"),
        (b'{"review_span": NaN}', "`review_span` must be a number from 0 to 100"),
    ],
    ids=["list", "twins", "no JSON", "half a letter", "not a number"],
)
def test_a_json_file_that_is_no_model_is_refused(tmp_path, content, problem):
    path = tmp_path / "own.json"
    path.write_bytes(content)
    assert any(problem in line for line in problems_of(str(path)))


def test_an_absent_file_is_refused(tmp_path):
    with pytest.raises(ModelFileError, match="there is no such file"):
        load_model(str(tmp_path / "none.toml"))


def test_a_file_with_a_byte_order_mark_is_read(tmp_path):
    path = tmp_path / "own.toml"
    path.write_bytes(b"\xef\xbb\xbf" + HEAD.encode())
    assert load_model(path).name == "own"


def test_problems_of_a_base_name_the_base(model_file):
    model_file(HEAD + "colour = 1\n", "firm.toml")
    problems = problems_of(model_file('base = "firm.toml"\nname = "city"\nversion = "city-1"\n'))
    assert problems[0].startswith("base `firm.toml`: `colour` is unknown")


# Models of every shape that a file can hold.

NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=8).filter(
    str.isprintable
)
BITS = st.floats(-100, 100)
RARITIES = st.builds(
    Rarity,
    unseen=st.floats(0, 1, exclude_min=True, exclude_max=True),
    records=st.floats(0, 1e9, exclude_min=True),
    most=st.floats(0, 100),
)


def _comparison(kind: str, name: str, fields: tuple[str, ...]) -> st.SearchStrategy[Comparison]:
    words = kinds.levels_of(kind)
    is_contact = kinds.is_contact(kind)

    def build(numbers, flags, contact, rarity, beside) -> Comparison:
        own = {"equal": contact.alone, "shared": contact.shared, "differ": contact.apart} if is_contact else {}
        levels = tuple(
            ComparisonLevel(word, own.get(word, number), flag and word not in own)
            for word, number, flag in zip(words, numbers, flags, strict=True)
        )
        named = kind == "person_name"
        kept = rarity if any(level.rarity for level in levels) and not named else None
        return Comparison(
            name, kind, fields, levels, contact if is_contact else None, kept, None if is_contact else beside
        )

    size = len(words)
    return st.builds(
        build,
        st.lists(BITS, min_size=size, max_size=size),
        st.lists(st.booleans(), min_size=size, max_size=size),
        st.builds(Contact, BITS, BITS, BITS, BITS),
        RARITIES,
        st.none() | st.floats(0, 100),
    )


@st.composite
def models(draw) -> Model:
    used = draw(st.lists(st.sampled_from(FIELD_KINDS), min_size=1, max_size=6, unique=True))
    used = used if any(kind in kinds.KINDS for kind in used) else [*used, "place"]
    # Names of fields hold the letter of no header of another, so no two claim one.
    fields = tuple(
        Field(
            f"{draw(NAMES.filter(lambda name: ':' not in name))}#{number}",
            kind,
            (f"header {number}",) * draw(st.integers(0, 1)),
        )
        for number, kind in enumerate(used)
    )
    keyed = [field for field in fields if field.kind in kinds.KINDS]
    keys = [
        key for field in keyed for key in (field.name, *(f"{field.name}:{part}" for part in kinds.parts_of(field.kind)))
    ]
    rules = draw(
        st.dictionaries(
            NAMES, st.lists(st.sampled_from(keys), min_size=1, max_size=3, unique=True), min_size=1, max_size=3
        )
    )
    read = {f"about {field.name}": (field.kind, (field.name,)) for field in keyed}
    names = tuple(field.name for field in fields if field.kind in ("name", "given", "surname"))
    if names:
        read["person"] = ("person_name", names)
    comparisons = tuple(draw(_comparison(kind, name, one)) for name, (kind, one) in read.items())
    return Model(
        name=draw(NAMES),
        version=draw(NAMES),
        fields=fields,
        blocking_rules=tuple(BlockingRule(name, tuple(one), draw(st.integers(2, 1000))) for name, one in rules.items()),
        comparisons=comparisons,
        duplicates_per_record=draw(st.floats(0, 1000, exclude_min=True, exclude_max=True)),
        least_population=draw(st.integers(1, 10**9)),
        name_rarity=MappingProxyType({part: draw(RARITIES) for part in NAME_RARITY_PARTS if names}),
        review_span=draw(st.floats(0, 100)),
        hub_fade=draw(st.sampled_from([(1, 2), (8, 128)])),
        conflicts=tuple(draw(st.lists(st.sampled_from([field.name for field in fields]), unique=True))),
        cluster_cap=draw(st.integers(1, 1000)),
        strong_link=draw(st.floats(0, 100)),
        merge_needs=tuple((name,) for name in draw(st.lists(st.sampled_from(sorted(read)), max_size=2))),
        learns=draw(st.booleans()),
        namesakes=_namesakes(draw, comparisons),
    )


def _namesakes(draw, comparisons) -> Namesakes | None:
    dates = [comparison.name for comparison in comparisons if comparison.kind == "date"]
    if not dates or draw(st.booleans()):
        return None
    names = st.sampled_from([comparison.name for comparison in comparisons])
    apart, vouches = (tuple(draw(st.lists(names, min_size=least, unique=True))) for least in (1, 0))
    return Namesakes(dates[0], apart, vouches, draw(BITS), draw(st.none() | BITS))


@given(models())
@settings(max_examples=60, deadline=None)
def test_what_is_written_reads_back_equal(tmp_path_factory, model):
    path = tmp_path_factory.mktemp("models") / "own.toml"
    path.write_text(write_model(model), encoding="utf-8")
    read = load_model(path)
    assert read == model
    assert digest(read) == digest(model)


JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["name", "phone", "id"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
BASED = {
    "base": "lead",
    "name": "own",
    "version": "own-1",
    "conflicts": ["tax_id"],
    "merge_needs": [["name"]],
    "drop": {"blocking": ["phone"], "comparisons": ["handle"]},
    "caps": {"email": 30},
    "weights": {"city": {"equal": 1}, "phone": {"typo": 2}},
    "contacts": {"phone": {"alone": 2}},
    "rarity": {"city": {"most": 2}},
    "name_rarity": {"given": {"most": 2}},
    "fields": {"zip": {"kind": "postcode", "columns": ["zip"]}},
    "blocking": [{"name": "zip", "keys": ["zip:area", "name:full"], "cap": 3}],
    "comparison": [
        {
            "name": "city",
            "kind": "place",
            "fields": ["city"],
            "rarity": {"unseen": 0.1, "records": 3, "most": 5},
            "levels": {name: {"weight": 1, "rarity": True} for name in kinds.levels_of("place")},
        }
    ],
}


@given(st.data(), JUNK, st.booleans())
@settings(max_examples=300, deadline=None)
def test_whatever_stands_somewhere_is_read_or_refused_in_words(tmp_path_factory, data, junk, whole):
    document = json.loads(json.dumps(tomllib.loads(WHOLE) if whole else BASED))
    node = document
    while True:
        key = data.draw(st.sampled_from(list(node) if isinstance(node, dict) else range(len(node))))
        if not isinstance(node[key], dict | list) or not node[key] or data.draw(st.booleans()):
            break
        node = node[key]
    node[key] = junk
    path = tmp_path_factory.mktemp("models") / "own.json"
    path.write_text(json.dumps(document))
    try:
        told = load_model(path).version
    except ModelFileError as error:
        told = str(error)
    assert told.isprintable()
    assert told == document["version"] or told.startswith("model file `own.json`: ")


@pytest.mark.parametrize("name", MODELS)
def test_a_ready_model_is_written_back_equal(model_file, name):
    assert load_model(model_file(write_model(MODELS[name]))) == MODELS[name]


def test_a_model_that_no_file_can_hold_is_not_written():
    lead = load_model("lead")
    with pytest.raises(ModelFileError, match="cluster_cap"):
        write_model(replace(lead, cluster_cap=0))
    phone = lead.comparison_named("phone")
    other = replace(phone, levels=(ComparisonLevel("equal", 1.0), *phone.levels[1:]))
    lead = replace(lead, version="own-1", merge_needs=())
    with pytest.raises(ModelFileError, match="read back as another"):
        write_model(replace(lead, comparisons=(other,)))


def test_a_digest_tells_content_and_not_names():
    lead = load_model("lead")
    assert digest(replace(lead, name="x", version="x-1")) == digest(lead)
    others = [
        replace(lead, cluster_cap=61),
        replace(lead, learns=True),
        replace(lead, fields=lead.fields[::-1]),
        replace(lead, blocking_rules=lead.blocking_rules[1:]),
        replace(lead, comparisons=lead.comparisons[::-1]),
    ]
    assert len({digest(model) for model in [lead, *others]}) == 6
    assert len(digest(lead)) == 12


# The page about models.

PAGE = Path(__file__).parents[2] / "docs" / "models.md"
EXAMPLES = {
    re.search(r'^name = "(\w+)"', block, re.MULTILINE)[1]: block
    for block in re.findall(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
}


@pytest.mark.parametrize("name", ["workshop", "readers"])
def test_an_example_of_the_page_is_a_model(model_file, name):
    assert load_model(model_file(EXAMPLES[name])).version == f"{name}-1"


def test_the_page_tells_every_kind():
    told = [
        line.strip("| ").split(" | ") for line in PAGE.read_text(encoding="utf-8").splitlines() if line[:3] == "| `"
    ]
    rows = {row[0].strip("`"): row[1:] for row in told}
    for kind in kinds.KINDS:
        parts = kinds.NAME_PARTS if kind == "person_name" else kinds.parts_of(kind)
        reads = dict.fromkeys(kinds.fields_read(kind))
        assert rows[kind][:2] == [", ".join(reads), ", ".join(kinds.levels_of(kind))]
        assert ", ".join(rows[kind][2:]) == ", ".join(parts)


def test_the_example_folds_as_the_page_says(model_file):
    match = getattr(dedup, "match", None)
    if match is None:
        pytest.skip("the engine has no `match` yet")
    lines = (
        PAGE.read_text(encoding="utf-8")
        .split("| reader | born | card | street |\n")[1]
        .split("\n\n")[0]
        .splitlines()[1:]
    )
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines]
    fields = ("reader", "born", "card", "street")
    table = {field: [row[at] or None for row in rows] for at, field in enumerate(fields)}
    model = load_model(model_file(EXAMPLES["readers"]))
    assert list(match(table, model, columns={field: [field] for field in fields}).cluster) == [0, 0, 0, 1, 2]
