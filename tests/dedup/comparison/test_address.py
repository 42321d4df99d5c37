import pytest

from dedup.comparison import address
from dedup.comparison.address import prepare
from tests.dedup.comparison.kind_cases import key_of, level_of, score_of


@pytest.mark.parametrize(
    "spellings",
    [
        ("ул. Ленина, д. 5, кв. 12", "улица Ленина 5-12", "Ленина 5/12", "Lenina ul., d.5, kv.12", "д5 кв12 ул Ленина", "123456, ул. Ленина, дом 5, квартира 12", "Ленина 5, подъезд 2, этаж 3, кв. 12", "Ленина ул., 5, кв. № 12"),
        ("ul. Kwiatowa 5 m. 12", "Kwiatowa 5/12", "Kwiatowa 5 lok. 12", "00-950 Kwiatowa 5 klatka B m. 12"),
        ("Flat 12, 5 High Street", "5 High St, Apt 12", "5 HIGH STREET FLAT 12", "5 High Street #12", "12/5 High Street"),
        ("12a Station Road", "12 A Station Rd", "12/A Station Road"),
        ("Ленина 5 к 2", "ул. Ленина, д. 5, корп. 2", "Ленина д5к2", "Ленина 5с2"),
        ("rees place", "rees pl"),
        ("г. Новосибирск, пр-кт Красный, д. 50, офис № 305", "Новосибирск, Красный проспект, 50, офис 305", "Нск, Красный пр. 50 оф.305", "Novosibirsk, Krasny prospekt 50, office 305"),
        ("ул. 8 Марта 194А", "ул. Восьмого Марта, д. 194, лит. А", "8-го Марта 194 литера А"),
        ("Katowice, 3-go Maja 15", "ulica Trzeciego Maja 15, 40-097 Katowice", "3 Maja 15, Katowice"),
        ("Königstr. 12, 70173 Stuttgart", "Koenigstraße 12, Stuttgart", "D-70173 Stuttgart, KÖNIGSTRASSE 12"),
        ("Kärntner Ring 9/Stiege 2/Top 14, 1010 Wien", "Kaerntner Ring 9/2/14, A-1010 Wien", "Kärntner Ring 9, St. 2, Top 14, 1010 Vienna"),
        ("Київ, вул. Хрещатик, 22, кв. 8", "г. Киев, ул. Крещатик, д. 22, кв. 8", "Kyiv, Khreshchatyk St. 22, apt 8"),
        ("Одеса, Дерибасівська 10", "Одесса, ул. Дерибасовская, д. 10"),
        ("Calle 72 # 10-34, Bogotá", "Cll 72 No. 10-34 Bogota"),
        ("C/ Mayor 5, 3º B, Madrid", "Calle Mayor, 5, 3B, Madrid"),
        ("PO Box 512, Taos", "P.O. Box 512, Taos", "Post Office Box 512 Taos"),
        ("а/я 15, Москва", "г. Москва, PO Box 15"),
        ("1450 N. Main St Apt 3B", "1450 North Main Street, Apt. 3-B"),
    ],
    ids=lambda spellings: spellings[0],
)  # fmt: skip
def test_spellings_of_an_address_have_one_key(spellings):
    assert len({key_of(address, spelling) for spelling in spellings}) == 1


@pytest.mark.parametrize(
    ("written", "street", "house", "flat"),
    [
        ("ул. 8 Марта, 10", "8 marta", "10", ""), ("ul. 3 Maja 7/2", "3 maia", "7", "2"), ("42nd Street 7", "42", "7", ""), ("12", "", "12", ""), ("ul. Kwiatowa", "kviatova", "", ""),
        ("00-950 Warszawa, Kwiatowa 100", "kviatova", "100", ""), ("г. Москва, ул. Мира, 5, эт. 3", "mira", "5", ""), ("the avenue", "avenue", "", ""),
        ("ул. Мая 1, д. 49-43", "1 maia", "49", "43"), ("мкр. 5, д. 12, кв. 3", "5", "12", "3"), ("50-летия ВЛКСМ 13", "50 let vlksm", "13", ""), ("350 5th Ave #3300", "5", "350", "3300"),
        ("ул. М.Горького, д. 93", "gorkogo", "93", ""), ("м. Львів, Чупринки 60-А", "chuprinki", "60a", ""), ("д. Жабинка, д. 7", "zhabinka", "7", ""), ("Зеленоград, к1504-99", "zelenograd", "1504", "99"),
        ("45/3, кв. 17, пр. Науки", "nauki", "45k3", "17"), ("Харків, Науки 45/3", "nauki", "45", "3"), ("CH-8001 Zürich, Bahnhofstr. 3", "bahnhof", "3", ""), ("1450 N Main #3B Springfield IL", "main", "1450", "3b"),
        ("Praha 1, Vodičkova 30", "vodikova", "30", ""), ("105 64 Αθήνα, Σταδίου 24", "stadiu", "24", ""), ("96 North Avenue", "n", "96", ""), ("建国路88号5号楼1203室", "ianguolu", "88k5", "1203"),
    ],
)  # fmt: skip
def test_numbers_of_a_street_and_of_a_house_are_told_apart(written, street, house, flat):
    prepared = prepare([written])
    assert (prepared.streets[0], prepared.houses[0], prepared.flats[0]) == (street, house, flat)


@pytest.mark.parametrize(
    ("left", "right", "level"),
    [
        ("ул. Ленина 5 кв 12", "Ленина 5-12", "equal"), ("High Street", "high street", "equal"), ("Kwiatowa 5 m. 12", "Kwiatowa 5/3", "same_building"), ("Kwiatowa 5", "Kwiatowa 5/3", "same_building"),
        ("Москва, ул. Ленина 5", "ул. Ленина 5", "same_building"), ("Marszałkowska 5", "Marszalkowka 5", "same_building"), ("Ленина 5", "пр. Ленина 5", "same_building"),
        ("4 nott street", "4 nottstreet", "same_building"), ("18 woronora street", "18 woronoras treet", "same_building"), ("5 mill street", "5 hill street", "differ"), ("5 High Street", "High Street 50", "same_street"), ("Ленина 5", "Ленина 5к2", "same_street"), ("ул. Ленина", "Ленина 5", "same_street"),
        ("ул. Ленина 5", "пр. Ленина 5", "part"), ("Old Mill Lane 4", "Mill Road 9", "part"), ("ул. Ленина 5", "Kwiatowa 5", "differ"), ("12", "12 High St", "differ"), ("-", "Ленина", "missing"),
        ("Науки 45/3", "пр. Науки, 45/3, кв. 17", "same_building"), ("г. Москва, г. Зеленоград, корпус 1504", "Зеленоград, корп. 1504", "same_building"), ("ул. Генерала Чупринки 60", "Чупринки 60", "equal"), ("ул. Карла Маркса 60", "К. Маркса 60", "same_building"), ("W. Witosa 12", "Wincentego Witosa 12", "same_building"),
        ("Am Markt 3", "Am Neuen Markt 3", "part"), ("ul. 1 Maja 15", "ul. 3 Maja 15", "part"), ("СНТ Берёзка-2, уч. 45", "СНТ Берёзка, уч. 45", "part"), ("Kärntner Ring 9", "Kärntner Straße 9", "part"), ("Большая Бронная 5", "Малая Бронная 5", "part"),
        ("1450 N. Main St", "1450 S. Main St", "part"), ("ул. Советская 5", "ул. Советской Армии 5", "part"), ("ул. Б. Бронная 5", "Большая Бронная 5", "equal"), ("1450 N. Main St", "1450 Main St", "same_building"), ("194 литера А, 8 Марта", "8 Марта, 194Б", "same_street"), ("Via Garibaldi 24/A", "Via Garibaldi 24/B", "same_street"),
        ("The Old Mill, Church Lane, Heyford", "The Old Forge, Church Lane, Heyford", "part"),
    ],
)  # fmt: skip
def test_levels_of_addresses(left, right, level):
    assert level_of(address, left, right) == level


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Москва, ул. Мира, 10", "Тверь, ул. Мира, 10"), ("ul. 3 Maja 15, 40-097 Katowice", "ul. 3 Maja 15, 41-200 Sosnowiec"), ("Church Lane 4, Upper Heyford OX25 5LE", "Church Lane 4, Lower Heyford OX25 5NZ"),
        ("г. Химки, мкр. Сходня, ул. Чапаева, 11", "г. Химки, мкр. Фирсановка, ул. Чапаева, 11"), ("СНТ Берёзка, уч. 45, Чеховский р-н", "СНТ Берёзка, уч. 45, Дмитровский р-н"), ("12 Elm St, Springfield, IL 62702", "12 Elm St, Springfield, MO 65802"), ("12 Elm St, Portland, OR", "12 Elm St, Portland, Maine"),
    ],
)  # fmt: skip
def test_one_street_of_two_towns_is_two(left, right):
    assert level_of(address, left, right) == "part"
    prepared, pair = prepare([left, right]), (address.np.array([0]), address.np.array([1]))
    assert address.details(prepared, *pair, address.compare(prepared, *pair)) == [
        "street equal, town or district differs"
    ]


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Московская обл., г. Химки, мкр. Сходня, ул. Чапаева, 11", "141420 Химки г, микрорайон Сходня, Чапаева ул, дом 11"), ("МО, Химки, Сходня мкр, Чапаева д.11", "Химки, мкр. Сходня, ул. Чапаева, 11"),
        ("пер Парковый д 3 с.Покровское Неклиновского р-на", "с. Покровское, Неклиновский р-н, пер. Парковый, 3"),
        ("пгт Кузаватово, ул. Заводская, 16", "р.п. Кузоватово, Заводская 16"), ("Münchner Straße 12a, 85774 Unterföhring", "Muenchner Str. 12 a, Unterfoehring"), ("12 Elm St, Springfield, Illinois", "12 Elm St Springfield IL 62702"),
    ],
)  # fmt: skip
def test_one_town_is_written_in_many_ways(left, right):
    assert level_of(address, left, right) == "equal"


def test_another_flat_scores_below_a_half_and_one_that_is_not_given_above():
    assert score_of(address, "Kwiatowa 5 m. 12", "Kwiatowa 5/3") < 0.5
    assert score_of(address, "Kwiatowa 5 m. 12", "Kwiatowa 5") > 0.6


def test_parts_of_an_address():
    prepared = prepare(["ул. Ленина 5 кв 12", "Kwiatowa", ""])
    assert address.parts["street"](prepared) == ("lenina", "kviatova", "")
    assert address.parts["building"](prepared) == ["lenina 5", "", ""]


def test_an_address_without_end_is_read_by_its_beginning():
    assert key_of(address, "Kwiatowa 5 " + "12/" * 5000) == key_of(address, ("Kwiatowa 5 " + "12/" * 5000)[:400])
