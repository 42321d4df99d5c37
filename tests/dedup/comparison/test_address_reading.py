import pytest

from dedup.comparison import address_plan as plan
from dedup.comparison.address_reading import read_addresses


def words_of(reading, role):
    return [reading.words.vocabulary[word] for word in reading.words.word[reading.having(role)]]


@pytest.mark.parametrize(
    ("written", "role", "words"),
    [
        ("Нск, Красный пр. 50", plan.MAIN_TOWN, ["novosibirsk"]), ("ul. Prosta 5, W-wa", plan.MAIN_TOWN, ["warszawa"]), ("Неклиновский р-н, с. Покровское, 3", plan.DISTRICT_NAME, ["neklinovskii"]),
        ("МО, Химки, Чехова 11", plan.REGION_NAME, ["moskovskaia"]), ("9 Elm St, Portland, ME", plan.REGION_NAME, ["me"]), ("ул. Б. Бронная 5", plan.STREET, ["bolshaia", "bronnaia"]),
        ("Marienpl. 8", plan.STREET, ["marien"]), ("Сорок лет Октября 5", plan.STREET, ["40", "let", "oktiabria"]), ("5 High St, Oxford OX1 4AA", plan.PLACE, ["oxford"]),
    ],
)  # fmt: skip
def test_words_of_an_address_get_their_roles(written, role, words):
    assert words_of(read_addresses([written]), role) == words


def test_addresses_do_not_run_into_one_another():
    reading = read_addresses(["Мира\n5", "", "Ленина 7"])
    assert reading.words.row[reading.having(plan.HOUSE_NUMBER)].tolist() == [0, 2]
