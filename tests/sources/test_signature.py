import pytest

from pipeline.sources.signature import is_name_line, is_weak_name, read_signature


@pytest.mark.parametrize(
    ("signature", "fields"),
    [
        pytest.param("tel. 22 123 45 67, fax 22 123 45 68", {"phone": "22 123 45 67"}, id="fax is no phone"),
        pytest.param("тел./факс: (343) 222-33-44", {"phone": "(343) 222-33-44"}, id="phone and fax in one"),
        pytest.param("+7 495 123-45-67 доб. 105", {"phone": "+7 495 123-45-67 доб. 105"}, id="extension ru"),
        pytest.param("22 123 45 67 wew. 12", {"phone": "22 123 45 67 wew. 12"}, id="extension pl"),
        pytest.param("KRS 0000123456 | NIP 676-217-76-40", {"tax_id": "676-217-76-40"}, id="register numbers"),
        pytest.param("Konto: 12 1234 5678 9012 3456", {}, id="bank account"),
        pytest.param("Kapitał zakładowy 5 000 000 zł", {}, id="share capital"),
        pytest.param("Firma: Okno i Drzwi", {"company": "Okno i Drzwi"}, id="labelled company"),
        pytest.param("ТОО «Алатау»", {"company": "ТОО «Алатау»"}, id="company of Kazakhstan"),
        pytest.param("Head of Sales\nJane Roe", {"name": "Jane Roe"}, id="position above the name"),
        pytest.param("Jan Kos | prezes | 600 100 200", {"name": "Jan Kos", "phone": "600 100 200"}, id="bars"),
        pytest.param("Warszawa, ul. Polna 5", {}, id="address"),
        pytest.param("02.02.2026 10:15", {}, id="date"),
        pytest.param("192.168.100.115", {}, id="address of the network"),
        pytest.param("0.28 0.15 0.10", {}, id="decimals"),
        pytest.param("601.202.303", {"phone": "601.202.303"}, id="phone with dots"),
        pytest.param("www.okna-1234567.pl", {}, id="digits of a site"),
    ],
)
def test_signature_gives_its_writers_own(signature, fields):
    assert read_signature(signature) == fields


@pytest.mark.parametrize(
    ("shown", "name"),
    [("", "Ivan Petrov"), ("ivan77", "Ivan Petrov"), ("Office", "Ivan Petrov"), ("Ivan", "Ivan Petrov"), ("Olga Petrova", None)],
)  # fmt: skip
def test_signed_name_replaces_a_weak_one_only(shown, name):
    assert read_signature("Ivan Petrov", shown).get("name") == name


@pytest.mark.parametrize(
    "line", ["Иван Петров", "Петров И.С.", "Anna", "Jan Maria Rokita", "Katarzyna Nowak-Kowalska", "Emily Carter"]
)
def test_a_name_alone_is_a_name(line):
    assert is_name_line(line)


@pytest.mark.parametrize(
    "line",
    ["Жду звонка", "Добрый день", "Dział Sprzedaży", "Warszawa", "Two windows", "иван", "Best Regards", "Anna!", "3 окна"],
)  # fmt: skip
def test_what_stands_where_names_stand_is_none(line):
    assert not is_name_line(line)


@pytest.mark.parametrize(
    ("name", "weak"),
    [("", True), ("jan.kos", True), ("Biuro", True), ("ООО Ромашка", True), ("Иван", False), ("Jan Kos", False)],
)
def test_weak_names_say_little_of_who_writes(name, weak):
    assert is_weak_name(name) == weak
