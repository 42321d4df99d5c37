import pytest

from dedup.name_form import full_name_keys, loose_name_keys, patronymic_stem, read_mail_name, read_name, surname_stem


def parts(*name: str) -> tuple[str, str, str]:
    form = read_name(*name)
    assert form is not None
    words = (" ".join(w.folded for w in form.given), " ".join(w.folded for w in form.surname))
    return words[0], form.patronymic.folded if form.patronymic else "", words[1]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (("Иван Сергеевич Петров",), ("ivan", "sergevich", "petrov")),
        (("Петров Иван Сергеевич",), ("ivan", "sergevich", "petrov")),
        (("Абрамович Роман Аркадьевич",), ("roman", "arkadevich", "abramovich")),
        (("Мария Ивановна",), ("maria", "ivanovna", "")),
        (("Adam Mickiewicz",), ("adam", "", "mitskevich")),
        (("Петров И. С.",), ("i", "s", "petrov")),
        (("Nowak Anna",), ("ana", "", "novak")),
        (("", "Петров", "", "Иван"), ("ivan", "", "petrov")),
        (("Cthutq",), ("sergei", "", "")),
        (("Bdfy Gtnhjd",), ("ivan", "", "petrov")),
        (("Фттф",), ("ana", "", "")),
        (("Anna Maria Kowalska-Nowak",), ("ana maria", "", "kovalska novak")),
        (("Сидоренко",), ("", "", "sidorenko")),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_words_get_their_roles(name, expected):
    assert parts(*name) == expected


@pytest.mark.parametrize("text", ["", "—", "!!!", "Мама Тимура"], ids=["empty", "dash", "marks", "somebody's mother"])
def test_no_word_is_no_name(text):
    assert read_name(text) is None


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("ivanova", "ivanov"),
        ("kovalska", "kovalski"),
        ("ostrovskaia", "ostrovski"),
        ("tolstaia", "tolstoi"),
        ("ilina", "ilin"),
    ],
)
def test_both_sexes_forms_have_one_stem(left, right):
    assert surname_stem(left) == surname_stem(right)


def test_a_patronymic_shows_the_father():
    assert len({patronymic_stem(word) for word in ("sergevich", "sergevna", "sergeich")}) == 1


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Anna Nowak", "Nowak Anna"),
        ("Юлия Щукина", "Szczukin Julia"),
        ("Саша Белов", "Александра Белова"),
        ("Катя Орлова", "Catherine Orlova"),
    ],
)
def test_spellings_of_one_name_share_a_blocking_key(left, right):
    assert set(full_name_keys(read_name(left))) & set(full_name_keys(read_name(right)))


def test_an_initial_shares_the_loose_key():
    assert set(loose_name_keys(read_name("Орлов И."))) & set(loose_name_keys(read_name("Иван Орлов")))


def test_a_mailbox_spells_a_name():
    form = read_mail_name("ivan.petrov77@mail.ru")
    assert form is not None
    assert form.derived


@pytest.mark.parametrize("address", ["kot123@mail.ru", "sales.team@x.ru", "ivan@mail.ru", "i.petrov@mail.ru"])
def test_other_mailboxes_spell_none(address):
    assert read_mail_name(address) is None


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (("Anna K.",), ("ana", "", "k")),
        (("Anna K.", "", "", "Anna"), ("ana", "", "k")),
        (("К. Анна Лесова",), ("ana", "", "lesova")),
        (("Мадина Рабинович",), ("madina", "", "rabinovich")),
        (("Шамиль Мацкевич",), ("shamil", "", "matskevich")),
        (("Яков Яковлевич",), ("iakov", "iakovlevich", "")),
        (("Clayton-Armitage",), ("", "", "klaiton armitage")),
        (("Bepa Рябова",), ("vera", "", "riabova")),
        (("Бopиc",), ("boris", "", "")),
        (("Ольга (мама Вити)",), ("olga", "", "")),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) and len(value) != 3 else None,
)
def test_signatures_and_surnames_that_look_like_something_else(name, expected):
    assert parts(*name) == expected


@pytest.mark.parametrize("name", ["Colin Broadbent", "Fina Roberts", "Adamczyk Franicszek"])
def test_an_ending_that_given_names_share_proves_no_role(name):
    form = read_name(name)
    assert form is not None
    assert form.swapped() != form
    assert not form.sure or form.given[0].known.full
