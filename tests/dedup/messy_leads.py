"""Messy leads with known truth, for tests only: three languages, households, namesakes, receptions, role mailboxes."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from dedup import Record

RU_MEN = "Александр Дмитрий Максим Сергей Андрей Алексей Артём Илья Кирилл Михаил Никита Матвей Роман Егор Иван Денис Евгений Павел Пётр Юрий Олег Виктор Николай Вячеслав Станислав Тимур Рустам Григорий Фёдор Семён".split()
RU_WOMEN = "Анастасия Мария Анна Виктория Екатерина Наталья Марина Полина Софья Дарья Алиса Ксения Александра Елена Ольга Татьяна Ирина Светлана Юлия Людмила Галина Евгения Валентина Надежда Жанна Алина".split()
RU_SURNAMES = "Иванов Смирнов Кузнецов Попов Васильев Петров Соколов Михайлов Новиков Фёдоров Морозов Волков Алексеев Лебедев Семёнов Егоров Павлов Козлов Степанов Николаев Орлов Андреев Макаров Никитин Захаров Зайцев Соловьёв Борисов Яковлев Григорьев Щербаков Хабаров Цветков Жуков Чернов Юдин Ястребов Крюков Гущин Шестаков Белозёров Ермаков Журавлёв Ухов Тихомиров Хрущёв Шевченко Ткаченко Бондаренко Ковальчук".split()
RU_SHORT = {"Александр": "Саша", "Александра": "Саша", "Дмитрий": "Дима", "Сергей": "Серёжа", "Мария": "Маша", "Анна": "Аня", "Екатерина": "Катя", "Наталья": "Наташа", "Евгений": "Женя", "Евгения": "Женя", "Михаил": "Миша", "Иван": "Ваня", "Ольга": "Оля", "Татьяна": "Таня", "Павел": "Паша", "Юлия": "Юля", "Вячеслав": "Слава", "Станислав": "Слава", "Алексей": "Лёша", "Елена": "Лена", "Ирина": "Ира", "Николай": "Коля"}
PL_MEN = "Jan Andrzej Piotr Krzysztof Stanisław Tomasz Paweł Marcin Michał Grzegorz Jerzy Tadeusz Adam Łukasz Zbigniew Ryszard Dariusz Henryk Mariusz Kazimierz Wojciech Robert Mateusz Marek Rafał Jacek Maciej Bartosz Bartłomiej Przemysław".split()
PL_WOMEN = "Anna Maria Katarzyna Małgorzata Agnieszka Krystyna Barbara Ewa Elżbieta Zofia Janina Teresa Joanna Magdalena Monika Jadwiga Danuta Irena Halina Helena Beata Aleksandra Marta Dorota Natalia Karolina Paulina Justyna Wiktoria".split()
PL_SURNAMES = "Nowak Kowalski Wiśniewski Wójcik Kowalczyk Kamiński Lewandowski Zieliński Szymański Woźniak Dąbrowski Kozłowski Jankowski Mazur Wojciechowski Kwiatkowski Krawczyk Kaczmarek Piotrowski Grabowski Zając Pawłowski Michalski Król Wieczorek Jabłoński Wróbel Nowakowski Majewski Olszewski Stępień Malinowski Jaworski Adamczyk Dudek Pawlak Górski Nowicki Sikora Witkowski Rutkowski Baran Szewczyk Gołębiowski Żukowski Ćwikła".split()
PL_SHORT = {"Katarzyna": "Kasia", "Małgorzata": "Gosia", "Agnieszka": "Aga", "Joanna": "Asia", "Aleksandra": "Ola", "Krzysztof": "Krzysiek", "Tomasz": "Tomek", "Wojciech": "Wojtek", "Bartosz": "Bartek", "Bartłomiej": "Bartek", "Grzegorz": "Grzesiek", "Przemysław": "Przemek", "Magdalena": "Magda", "Barbara": "Basia", "Piotr": "Piotrek", "Elżbieta": "Ela", "Jan": "Janek", "Maciej": "Maciek"}
EN_MEN = "James John Robert Michael William David Richard Joseph Thomas Charles Christopher Daniel Matthew Anthony Mark Steven Andrew Kenneth George Edward Brian Kevin Timothy Jeffrey Stephen".split()
EN_WOMEN = "Mary Patricia Jennifer Linda Elizabeth Barbara Susan Jessica Sarah Karen Margaret Emily Catherine Deborah Rebecca Laura Helen Samantha Victoria Emma Olivia Anna".split()
EN_SURNAMES = "Smith Jones Williams Brown Taylor Davies Evans Thomas Johnson Roberts Walker Wright Robinson Thompson White Hughes Edwards Green Hall Wood Harris Martin Jackson Clarke Turner Hill Cooper Ward Morris Moore King Baker Harrison Morgan Patel Young Allen Mitchell Anderson Lee Carter Phillips Bennett Fitzgerald Whitmore Ashdown".split()
EN_SHORT = {"James": "Jim", "Robert": "Bob", "William": "Bill", "Richard": "Rick", "Christopher": "Chris", "Matthew": "Matt", "Anthony": "Tony", "Elizabeth": "Liz", "Margaret": "Maggie", "Catherine": "Kate", "Samantha": "Sam", "Daniel": "Dan", "Steven": "Steve", "Michael": "Mike", "Edward": "Ed"}
CITIES = {"ru": ["Москва", "Санкт-Петербург", "Казань", "Новосибирск", "Екатеринбург", "Пермь", "Тула"], "pl": ["Warszawa", "Kraków", "Wrocław", "Gdańsk", "Poznań", "Łódź"], "en": ["London", "Manchester", "Leeds", "Bristol", "Edinburgh"]}
BRANDS = "Ромашка Вектор Орион Стальпрофиль Альфа Гранит Меридиан Budimex Polstal Zenit Mazowia Agropol Northwind Bluebell Harbour Stonegate Oakfield".split()
LATIN = dict(zip("абвгдеёжзийклмнопрстуфхцчшщъыьэюя", "a b v g d e e zh z i y k l m n o p r s t u f kh ts ch sh shch  y  e yu ya".split(" "), strict=True))
PLAIN = str.maketrans("ąćęłńóśźżĄĆĘŁŃÓŚŹŻ", "acelnoszzACELNOSZZ")
FREE = {"ru": ["mail.ru", "yandex.ru", "gmail.com", "bk.ru"], "pl": ["wp.pl", "gmail.com", "onet.pl"], "en": ["gmail.com", "outlook.com"]}


@dataclass
class Person:
    label: str
    language: str
    given: str
    patronymic: str
    surname: str
    short: str
    city: str
    phones: list[str] = field(default_factory=list)
    emails: list[str] = field(default_factory=list)
    handle: str = ""
    company: str = ""
    company_email: str = ""
    tax_id: str = ""


def latin(text: str) -> str:
    out = "".join(LATIN.get(letter.lower(), letter.lower()) for letter in text).translate(PLAIN)
    return " ".join(word.capitalize() for word in out.split())


def typo(rng: random.Random, text: str) -> str:
    if len(text) < 5:
        return text
    at = rng.randrange(1, len(text) - 2)
    kind = rng.randrange(3)
    if kind == 0:
        return text[:at] + text[at + 1 :]
    if kind == 1:
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return text[:at] + rng.choice("аеионтрс" if text[at] > "z" else "aeiontrs") + text[at + 1 :]


def zipf(rng: random.Random, values: Sequence[str]) -> str:
    return values[min(int(rng.paretovariate(0.7)) - 1, len(values) - 1)] if rng.random() < 0.5 else rng.choice(values)


class Town:
    """Draws people and their leads; the same seed gives the same town."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.people: list[Person] = []
        self.mailboxes: set[str] = set()

    def phone(self, language: str) -> str:
        digits = f"{self.rng.randrange(10**8):08d}"
        return {"ru": "+79", "pl": "+486", "en": "+4477"}[language] + (digits + str(self.rng.randrange(10)) if language == "ru" else digits)

    def surname(self, language: str, female: bool) -> str:
        if language == "en":
            return zipf(self.rng, EN_SURNAMES)
        name = zipf(self.rng, RU_SURNAMES if language == "ru" else PL_SURNAMES)
        # A syllable before the stem makes most surnames rarer, as they are.
        if self.rng.random() < 0.6:
            name = self.rng.choice("Бере Вели Горо Дере Заре Кали Лама Мала Нова Поло Реше Сала Тара Чере".split() if language == "ru" else "Bere Dobro Gala Kala Mora Pola Sare Tara Wale Zabo".split()) + name.lower()
        if not female:
            return name
        return name + "а" if name.endswith(("ов", "ев", "ёв", "ин")) else name[:-1] + "a" if name.endswith("ki") else name

    def person(self, language: str, surname: str = "") -> Person:
        rng = self.rng
        female = rng.random() < 0.5
        pools = {"ru": (RU_MEN, RU_WOMEN, RU_SHORT), "pl": (PL_MEN, PL_WOMEN, PL_SHORT), "en": (EN_MEN, EN_WOMEN, EN_SHORT)}
        men, women, short = pools[language]
        given = zipf(rng, women if female else men)
        patronymic = ""
        if language == "ru":
            father = rng.choice([name for name in RU_MEN if name[-1] in "рнвмдтс"])
            patronymic = father + ("овна" if female else "ович")
        person = Person(f"p{len(self.people)}", language, given, patronymic, surname or self.surname(language, female), short.get(given, given), zipf(rng, CITIES[language]))
        person.phones = [self.phone(language) for _ in range(1 + (rng.random() < 0.25))]
        for _ in range(rng.choice([0, 1, 1, 1, 2])):
            person.emails.append(self.mail(person))
        if rng.random() < 0.3:
            person.handle = f"tg:{rng.randrange(10**9)}"
        self.people.append(person)
        return person

    def mail(self, person: Person) -> str:
        rng = self.rng
        given, surname = latin(person.given).lower(), latin(person.surname).lower()
        login = rng.choice([f"{given}.{surname}", f"{given[0]}{surname}", f"{surname}{rng.randrange(60, 99)}", f"{given}{rng.randrange(1000)}", f"kot{rng.randrange(10**5)}"])
        domain = rng.choice(FREE[person.language])
        address = f"{login}{rng.choice(['', '', str(rng.randrange(100))])}@{domain}"
        while address in self.mailboxes:  # a taken login gets a number
            address = f"{login}{rng.randrange(10**4)}@{domain}"
        self.mailboxes.add(address)
        return address

    def household(self) -> None:
        language = self.rng.choice(["ru", "ru", "pl", "en"])
        first = self.person(language)
        for _ in range(self.rng.choice([1, 1, 2])):
            base = first.surname.removesuffix("а") if first.surname.endswith(("ова", "ева", "ёва", "ина")) else first.surname
            other = self.person(language, base)
            other.city = first.city
            if other.given in RU_WOMEN and base.endswith(("ов", "ев", "ёв", "ин")):
                other.surname = base + "а"
            if self.rng.random() < 0.7:
                other.phones.append(first.phones[0])
            if first.emails and self.rng.random() < 0.3:
                other.emails.append(first.emails[0])

    def company(self, number: int) -> None:
        language = self.rng.choice(["ru", "pl", "en"])
        reception = self.phone(language)
        brand = self.rng.choice(BRANDS) + self.rng.choice(["", f" {number}", f"-{self.rng.choice(BRANDS)}"])
        for _ in range(self.rng.choice([2, 3, 5, 12])):
            person = self.person(language)
            person.company, person.company_email = brand, f"info@c{number}.example"
            person.tax_id = f"77{number:08d}" if self.rng.random() < 0.4 else ""
            if self.rng.random() < 0.6:
                person.phones.append(reception)

    def written(self, person: Person) -> dict[str, str]:
        """The person's name as one lead has it."""
        rng = self.rng
        given, surname, patronymic = person.given, person.surname, person.patronymic
        if rng.random() < 0.2:
            given = person.short
        if rng.random() < 0.06:
            given = typo(rng, given)
        if rng.random() < 0.06:
            surname = typo(rng, surname)
        if rng.random() < 0.12:
            given, surname, patronymic = latin(given), latin(surname), ""
        style = rng.random()
        if style < 0.15:
            return {"name": given, "given": given}
        if style < 0.5:
            return {"name": f"{given} {surname}"}
        if style < 0.6:
            return {"name": f"{surname} {given}"}
        if style < 0.65:
            return {"name": f"{surname} {given}", "given": surname, "surname": given}
        if style < 0.7 and patronymic:
            return {"name": f"{surname} {given[0]}. {patronymic[0]}."}
        if style < 0.85 and patronymic:
            return {"name": f"{surname} {given} {patronymic}"}
        return {"name": f"{given} {surname}", "given": given, "surname": surname}

    def lead(self, person: Person) -> dict[str, str]:
        rng = self.rng
        kind = rng.random()
        if kind < 0.25:
            return {"phone": rng.choice(person.phones)}
        if kind < 0.35 and person.handle:
            return {"handle": person.handle} | ({"name": person.short} if rng.random() < 0.6 else {}) | ({"phone": rng.choice(person.phones)} if rng.random() < 0.3 else {})
        fields = self.written(person)
        if kind < 0.8 or not person.emails:
            fields["phone"] = rng.choice(person.phones)
        if person.emails and rng.random() < 0.6:
            fields["email"] = rng.choice(person.emails)
        if rng.random() < 0.4:
            fields["city"] = person.city
        if person.company and rng.random() < 0.6:
            fields["company"] = person.company
            if rng.random() < 0.2:
                fields["company_email"] = person.company_email
            if person.tax_id and rng.random() < 0.5:
                fields["tax_id"] = person.tax_id
        return fields


def draw_leads(count: int, seed: int = 7) -> tuple[list[Record], dict[str, str]]:
    """`count` records in random order and the true label of each."""
    town = Town(seed)
    number = 0
    while len(town.people) < count * 0.6:
        number += 1
        draw = town.rng.random()
        if draw < 0.2:
            town.household()
        elif draw < 0.27:
            town.company(number)
        else:
            town.person(town.rng.choice(["ru", "ru", "pl", "en"]))
    records, truth = [], {}
    for index in range(count):
        person = town.rng.choice(town.people) if index >= len(town.people) else town.people[index]
        fields = town.lead(person)
        record_id = f"r{index:07d}"
        records.append(Record(record_id, {name: (value,) for name, value in fields.items() if value}, float(index)))
        truth[record_id] = person.label
    town.rng.shuffle(records)
    return records, truth
