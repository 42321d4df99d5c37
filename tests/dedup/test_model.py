import pytest

from dedup import kinds
from dedup.model_file import MODELS, load_model
from dedup.recognise import recognise

MODEL = load_model("lead")


def test_the_ready_models_are_known_by_name():
    assert list(MODELS) == ["company", "lead", "person"]
    assert [MODELS[name].name for name in MODELS] == list(MODELS)


@pytest.mark.parametrize("name", MODELS)
def test_every_level_that_a_comparison_can_find_has_its_weight(name):
    for comparison in MODELS[name].comparisons:
        assert tuple(level.name for level in comparison.levels) == kinds.levels_of(comparison.kind), comparison.name


@pytest.mark.parametrize("name", MODELS)
def test_a_contact_says_its_numbers_once(name):
    for comparison in MODELS[name].comparisons:
        if comparison.contact is not None:
            weights = [comparison.level_named(level).weight for level in kinds.CONTACT_LEVELS]
            assert weights == [comparison.contact.alone, comparison.contact.shared, comparison.contact.apart]


@pytest.mark.parametrize("name", MODELS)
def test_every_field_serves_something(name):
    model = MODELS[name]
    read = {field for comparison in model.comparisons for field in comparison.fields}
    assert {field.name for field in model.fields} == read


def test_what_a_name_does_not_hold_is_a_key_error():
    for lookup in (MODEL.comparison_named, MODEL.field_named, MODEL.comparison_named("phone").level_named):
        with pytest.raises(KeyError):
            lookup("shoe")


def test_a_level_knows_its_place():
    assert MODEL.comparison_named("city").number_of("close") == kinds.levels_of("place").index("close")


def test_cuts_rise_with_precision_and_with_namesakes():
    assert MODEL.merge_cut(10_000, 0.99) > MODEL.merge_cut(10_000, 0.98) > MODEL.review_cut(10_000, 0.98)
    assert MODEL.merge_cut(1_000_000, 0.98) > MODEL.merge_cut(10_000, 0.98)


def test_a_small_set_is_a_sample_of_a_larger_world():
    assert MODEL.merge_cut(2, 0.98) == MODEL.merge_cut(1000, 0.98)


@pytest.mark.parametrize(
    ("model", "header", "fields"),
    [
        (
            "person",
            "rec_id given_name surname street_number address_1 address_2 suburb postcode state date_of_birth soc_sec_id",
            "- given surname house_number address address_2 city postcode region birth_date national_id",
        ),
        (
            "person",
            "unique_id full_name first_name surname dob birth_place postcode_fake gender occupation",
            "- name given surname birth_date birth_place postcode sex occupation",
        ),
        (
            "person",
            "lp imię drugie_imię nazwisko data_urodzenia PESEL płeć ulica nr_domu kod_pocztowy miejscowość telefon",
            "- given patronymic surname birth_date national_id sex address house_number postcode city phone",
        ),
        (
            "person",
            "фамилия имя отчество дата_рождения место_рождения пол адрес индекс город снилс телефон",
            "surname given patronymic birth_date birth_place sex address postcode city national_id phone",
        ),
        (
            "company",
            "id company_name legal_form vat_number city street_address postcode phone email website",
            "- company legal_form tax_id city address postcode phone email domain",
        ),
        ("company", "lp nazwa NIP miasto adres kod telefon", "- company tax_id city address postcode phone"),
        (
            "company",
            "наименование ОПФ ИНН город юридический_адрес сайт телефон",
            "company legal_form tax_id city address domain phone",
        ),
        ("lead", "id имя телефон почта компания город", "- name phone email company city"),
        (
            "lead",
            "Lp. Imię Nazwisko Numer_telefonu Adres_e-mail Nazwa_firmy Miejscowość",
            "- given surname phone email company city",
        ),
        (
            "lead",
            "Имя Отчество Фамилия Мобильный_телефон Рабочий_e-mail Название_компании Населенный_пункт",
            "given patronymic surname phone email company city",
        ),
        (
            "lead",
            "Полное_имя_контакта Рабочий_телефон Рабочий_email Компания_контакта ИНН",
            "name phone email company tax_id",
        ),
        (
            "lead",
            "Record_ID First_Name Last_Name Mobile_Phone_Number Email Associated_Company City Create_Date",
            "- given surname phone email company city -",
        ),
        ("lead", "your-name your-tel your-email", "name phone email"),
        ("lead", "Контактное_лицо Доп._телефон Эл._почта Город", "name phone email city"),
        ("lead", "Osoba_kontaktowa Tel._komórkowy Poczta Firma", "name phone email company"),
        ("company", "Контрагент ИНН_организации Адрес_сайта Контактный_телефон", "company tax_id domain phone"),
    ],
    ids=lambda value: value[:30],
)
def test_columns_are_known_in_three_languages(model, header, fields):
    found = recognise(header.split(), MODELS[model]).columns
    wanted = zip(fields.split(), header.split(), strict=True)
    assert found == {field: (column,) for field, column in wanted if field != "-"}
