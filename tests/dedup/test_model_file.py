import pytest

from dedup import ModelFileError, fold, load_model
from tests.dedup.lead_records import lead

HEAD = 'base = "lead"\nname = "own"\nversion = "own-1"\n'


@pytest.fixture
def model_file(tmp_path):
    def write(text: str) -> str:
        path = tmp_path / "own.toml"
        path.write_text(text, encoding="utf-8")
        return str(path)

    return write


def test_a_file_changes_only_what_it_says(model_file):
    model = load_model(
        model_file(
            HEAD
            + "cluster_cap = 7\nhub_fade = [4, 32]\n[contacts.phone]\nalone = 5\n[weights.person_name]\nfull_equal = -3\n"
            + '[caps]\n"full name" = 9\n[rarity.surname]\nshare = 0.01\n'
        )
    )
    base = load_model("lead")
    assert (model.name, model.version, model.cluster_cap, model.hub_fade) == ("own", "own-1", 7, (4, 32))
    phone = model.comparison_named("phone")
    assert phone.contact is not None
    assert (phone.contact.alone, phone.level_named("equal").weight) == (5.0, 5.0)
    assert model.comparison_named("person_name").level_named("full_equal").weight == -3.0
    assert model.comparison_named("email") == base.comparison_named("email")
    assert next(rule.cap for rule in model.blocking_rules if rule.name == "full name") == 9
    assert model.rarity_prior["surname"] == (0.01, base.rarity_prior["surname"][1])


def test_a_file_without_changes_folds_as_its_base(model_file):
    records = [lead("a", phone="+79161234567"), lead("b", phone="+79161234567", name="Иван Петров"), lead("c")]
    own = fold(records, load_model(model_file(HEAD)))
    assert own.clusters == fold(records, load_model("lead")).clusters
    assert own.model_version == "own-1"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("cluster_cap = 0\n", "`cluster_cap`"),
        ("hub_fade = [9, 3]\n", "`hub_fade`"),
        ('conflicts = ["shoe"]\n', "`conflicts: shoe`"),
        ("colour = 1\n", "`colour`"),
        ("[caps]\nphones = 3\n", "`caps.phones`"),
        ("[weights.person_name]\nfull = 3\n", "`weights.person_name.full`"),
        ("[weights.phone]\nequal = 3\n", "`weights.phone.equal`"),
        ('[contacts.phone]\nalone = "much"\n', "`contacts.phone.alone`"),
        ("[contacts.city]\nalone = 1\n", "`contacts.city`"),
        ("[rarity.surname]\nshare = 2\n", "`rarity.surname`"),
        ("weights = 3\n", "`weights`"),
        ("duplicates_per_record = 0\n", "`duplicates_per_record`"),
    ],
    ids=lambda value: value.strip("`"),
)
def test_a_wrong_place_is_named(model_file, text, place):
    with pytest.raises(ModelFileError) as caught:
        load_model(model_file(HEAD + text))
    assert any(problem.startswith(place) for problem in caught.value.problems)


def test_all_problems_are_told_at_once(model_file):
    with pytest.raises(ModelFileError) as caught:
        load_model(model_file('base = "lead"\nname = ""\nversion = "lead-1"\ncolour = 1\n'))
    assert len(caught.value.problems) == 3


@pytest.mark.parametrize("text", ["base = ", 'base = "other"\n', ""], ids=["no TOML", "unknown base", "empty"])
def test_a_file_that_is_no_model_is_refused(model_file, text):
    with pytest.raises(ModelFileError):
        load_model(model_file(text))


def test_an_absent_file_is_refused(tmp_path):
    with pytest.raises(ModelFileError, match="cannot be read"):
        load_model(str(tmp_path / "none.toml"))
