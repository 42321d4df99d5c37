"""Pairs of leads that an expert would decide at a glance, with the verdict and why.

same: one cluster. unsure: not merged, shown to a person. different: neither merged nor shown.
"""

import pytest

from dedup import Record, fold, load_model

P, P2 = "+79161234567", "+48601222333"
RECEPTION = "+74952223344"
SAME, UNSURE, DIFFERENT = "same", "unsure", "different"

PAIRS = [
    # -- contacts alone --
    ("call-and-form", {"phone": P}, {"phone": P, "name": "Иван Петров"}, SAME, "a call row has only the number"),
    ("two-calls", {"phone": P}, {"phone": P}, SAME, "one number, nothing else known"),
    ("chat-twice", {"handle": "tg:1"}, {"handle": "tg:1"}, SAME, "one messenger account"),
    ("two-chats", {"handle": "tg:1"}, {"handle": "tg:2"}, DIFFERENT, "nothing in common"),
    ("mail-and-name", {"email": "x91@mail.ru"}, {"email": "x91@mail.ru", "name": "Ольга"}, SAME, "one mailbox"),
    ("mail-repaired", {"email": "kot@gmial.com", "email_suggestion": "kot@gmail.com"}, {"email": "kot@gmail.com"}, SAME,
     "a mistyped domain"),
    ("desk-twice", {"phone": "+48221112233;ext=12"}, {"phone": "+48221112233;ext=12"}, SAME, "one desk"),
    ("two-desks", {"phone": "+48221112233;ext=12"}, {"phone": "+48221112233;ext=14"}, DIFFERENT,
     "two desks behind one switchboard"),
    ("desk-and-switchboard", {"phone": "+48221112233;ext=12"}, {"phone": "+48221112233"}, DIFFERENT,
     "anybody may be behind the switchboard"),
    ("phone-as-typed", {"phone": "8 (916) 123-45-67"}, {"phone": "+7 916 1234567"}, SAME, "one number, typed in two ways"),
    ("suggestion-only", {"email_suggestion": "kot@gmail.com"}, {"email_suggestion": "kot@gmail.com"}, SAME,
     "both mistyped one mailbox"),
    ("sister-domains", {"email": "anna@mail.ru", "name": "Анна Котова"}, {"email": "anna@bk.ru", "name": "Анна Котова"},
     UNSURE, "a taken login is registered at a sister domain; the name is shared by many"),
    ("login-only", {"email": "sergey@mail.ru"}, {"email": "sergey@bk.ru"}, DIFFERENT, "a first name as a login says nothing"),
    # -- one phone, spellings of one name --
    ("translit", {"name": "Юлия Щукина", "phone": P}, {"name": "Yulia Shchukina", "phone": P}, SAME, "transliterated"),
    ("translit-polish", {"name": "Сергей Щербаков", "phone": P}, {"name": "Siergiej Szczerbakow", "phone": P}, SAME,
     "Polish transliteration"),
    ("swapped", {"given": "Петров", "surname": "Иван", "phone": P}, {"given": "Иван", "surname": "Петров", "phone": P}, SAME,
     "fields swapped"),
    ("order", {"name": "Nowak Anna", "email": "an@wp.pl"}, {"name": "Anna Nowak", "email": "an@wp.pl"}, SAME, "order"),
    ("short-form", {"name": "Саша Белов", "phone": P}, {"name": "Александр Белов", "phone": P}, SAME, "Саша is Александр"),
    ("short-form-pl", {"name": "Kasia", "phone": P2}, {"name": "Katarzyna Wilk", "phone": P2}, SAME, "Kasia is Katarzyna"),
    ("short-form-en", {"name": "Bill Carter", "phone": P}, {"name": "William Carter", "phone": P}, SAME, "Bill is William"),
    ("cross-language", {"name": "Екатерина Орлова", "email": "o@x.ru"}, {"name": "Catherine Orlova", "email": "o@x.ru"}, SAME,
     "one name in two languages"),
    ("patronymic-added", {"name": "Иван Петров", "phone": P}, {"name": "Петров Иван Сергеевич", "phone": P}, SAME,
     "a missing patronymic says nothing"),
    ("patronymic-address", {"name": "Мария Ивановна", "phone": P}, {"name": "Мария Ивановна Зуева", "phone": P}, SAME,
     "given name and patronymic"),
    ("initials", {"name": "Петров И. С.", "phone": P}, {"name": "Иван Сергеевич Петров", "phone": P}, SAME, "initials fit"),
    ("given-only", {"name": "Marta", "phone": P2}, {"name": "Marta Zielińska", "phone": P2}, SAME, "given name fits"),
    ("surname-only", {"name": "Кузнецов", "phone": P}, {"name": "Олег Кузнецов", "phone": P}, SAME, "surname fits"),
    ("typo-given", {"name": "Екатернина Лисова", "phone": P}, {"name": "Екатерина Лисова", "phone": P}, SAME, "a slip"),
    ("typo-surname", {"name": "Иван Сидоров", "phone": P}, {"name": "Иван Сидров", "phone": P}, SAME, "a letter lost"),
    ("yo", {"name": "Семён Соловьёв", "phone": P}, {"name": "Семен Соловьев", "phone": P}, SAME, "yo is ye"),
    ("no-diacritics", {"name": "Małgorzata Wójcik", "phone": P2}, {"name": "Malgorzata Wojcik", "phone": P2}, SAME,
     "typed without diacritics"),
    ("layout", {"name": "Cthutq Bdfyjd", "phone": P}, {"name": "Сергей Иванов", "phone": P}, SAME, "Latin keyboard layout"),
    ("double-surname", {"name": "Anna Kowalska", "phone": P2}, {"name": "Anna Kowalska-Nowak", "phone": P2}, SAME,
     "a second surname added"),
    ("foreign-form", {"name": "Anna Kowalski", "phone": P2}, {"name": "Anna Kowalska", "phone": P2}, SAME,
     "a woman with the male form, as abroad"),
    ("hard-french", {"name": "Dmitri Ivanoff", "phone": P}, {"name": "Дмитрий Иванов", "phone": P}, SAME, "-off is -ов"),
    ("middle-name", {"name": "John Michael Smith", "email": "js@x.com"}, {"name": "John Smith", "email": "js@x.com"}, SAME,
     "a middle name"),
    ("colloquial-patronymic", {"name": "Пётр Сергеич", "phone": P}, {"name": "Пётр Сергеевич Лось", "phone": P}, SAME,
     "Сергеич is Сергеевич"),
    # -- signatures, slips and forms that once made two people of one --
    ("signed", {"name": "Tony M.", "phone": P}, {"name": "Anthony McAllister", "phone": P}, SAME, "given name and initial"),
    ("signed-as-written", {"name": "C. Jones", "phone": P}, {"name": "Christopher Jones", "phone": P}, SAME, "C as written, K as it sounds"),
    ("slip-short-form", {"name": "Basis Gajda", "phone": P2}, {"name": "Barbara Gajda", "phone": P2}, SAME, "Basia, mistyped"),
    ("slip-by-sound", {"name": "Cwzary Gil", "phone": P2}, {"name": "Cezary Gil", "phone": P2}, SAME, "one key beside, another sound"),
    ("slip-three-letters", {"name": "Lnn Drummond", "phone": P}, {"name": "Lynn Drummond", "phone": P}, SAME, "too short to tell"),
    ("two-slips-surname", {"name": "Boris Medvejef", "phone": P}, {"name": "Борис Медведев", "phone": P}, SAME, "two slips, all else equal"),
    ("homoglyphs", {"name": "Бopиc Лyгин", "phone": P}, {"name": "Борис Лугин", "phone": P}, SAME, "Latin letters that look Cyrillic"),
    ("jack-john", {"name": "Jack Rowe", "phone": P}, {"name": "John Rowe", "phone": P}, SAME, "Jack is what a John is called"),
    ("double-half", {"name": "Nathan Clayton-Armitage", "phone": P}, {"name": "Clayton-Armitage", "phone": P}, SAME, "a double surname alone"),
    ("surname-vich", {"name": "Мадина Рабинович", "phone": P}, {"name": "Madina Rabinovich", "phone": P}, SAME, "a surname, no patronymic"),
    ("central-asian", {"name": "Шерзод Каримов", "phone": P}, {"name": "Sherzod Karimov", "phone": P}, SAME, "transliterated"),
    ("abbreviated", {"name": "Ал. Кузин", "phone": P}, {"name": "Александр Кузин", "phone": P}, SAME, "the first letters of a name"),
    ("abbreviated-surname", {"name": "Anna Kow.", "phone": P2}, {"name": "Anna Kowalska", "phone": P2}, SAME,
     "the first letters of a surname"),
    ("simone", {"name": "Simon Barr", "phone": P}, {"name": "Simone Barr", "phone": P}, DIFFERENT, "a man's and a woman's name"),
    ("gulnaz", {"name": "Гульнара Сафина", "phone": P}, {"name": "Гульназ Сафина", "phone": P}, DIFFERENT, "sisters"),
    ("gurpreet", {"name": "Harpreet Singh", "phone": P}, {"name": "Gurpreet Singh", "phone": P}, DIFFERENT, "brothers"),
    # -- households --
    ("spouses", {"name": "Иван Иванов", "phone": P}, {"name": "Мария Иванова", "phone": P}, DIFFERENT, "spouses on one phone"),
    ("spouses-mail", {"name": "Jan Kowalski", "email": "k@wp.pl"}, {"name": "Anna Kowalska", "email": "k@wp.pl"}, DIFFERENT,
     "spouses on one mailbox"),
    ("spouses-both", {"name": "Jan Kowalski", "email": "k@wp.pl", "phone": P2},
     {"name": "Anna Kowalska", "email": "k@wp.pl", "phone": P2}, UNSURE, "everything shared but the name"),
    ("given-differ", {"name": "Анна", "phone": P}, {"name": "Ольга", "phone": P}, DIFFERENT, "two women on one phone"),
    ("given-and-full", {"name": "Олег", "phone": P}, {"name": "Дмитрий Сомов", "phone": P}, DIFFERENT, "two men"),
    ("father-son", {"name": "Пётр Иванович Гусев", "phone": P}, {"name": "Пётр Петрович Гусев", "phone": P}, DIFFERENT,
     "father and son bear one name"),
    ("siblings", {"name": "Евгений Рогов", "phone": P}, {"name": "Евгения Рогова", "phone": P}, DIFFERENT,
     "full names that share a short form"),
    ("bartek", {"name": "Bartosz Lis", "phone": P2}, {"name": "Bartłomiej Lis", "phone": P2}, DIFFERENT, "both are Bartek"),
    ("near-names", {"name": "Алина Серова", "phone": P}, {"name": "Арина Серова", "phone": P}, DIFFERENT,
     "two known names one letter apart"),
    ("maria-marina", {"name": "Мария Дёмина", "email": "d@ya.ru"}, {"name": "Марина Дёмина", "email": "d@ya.ru"}, DIFFERENT,
     "two known names"),
    ("maciek", {"name": "Maciek Sowa", "phone": P2}, {"name": "Mateusz Sowa", "phone": P2}, DIFFERENT,
     "Maciek is Maciej, not Mateusz"),
    ("sasha-either", {"name": "Саша", "phone": P}, {"name": "Александра Лунина", "phone": P}, SAME, "Саша may be Александра"),
    ("married", {"name": "Анна Кузина", "phone": P}, {"name": "Анна Лебедева", "phone": P}, UNSURE, "surname changed, or two"),
    ("married-surer", {"name": "Анна Петровна Кузина", "phone": P, "email": "ak@ya.ru"},
     {"name": "Анна Петровна Лебедева", "phone": P, "email": "ak@ya.ru"}, SAME, "all but a woman's surname agrees"),
    ("man-other-surname", {"name": "Иван Кузин", "phone": P}, {"name": "Иван Лебедев", "phone": P}, DIFFERENT,
     "men keep their surnames"),
    ("alena-elena", {"name": "Алёна Фомина", "phone": P}, {"name": "Елена Фомина", "phone": P}, SAME,
     "Алёна is what an Елена is called"),
    ("hanna-anna", {"name": "Hanna Nowak", "phone": P2}, {"name": "Anna Nowak", "phone": P2}, UNSURE,
     "one name in Ukraine, two in Poland"),
    ("surname-sexes", {"name": "Зуев", "phone": P}, {"name": "Ольга Зуева", "phone": P}, UNSURE, "husband, or a clerk's form"),
    ("nickname", {"name": "Max007", "phone": P}, {"name": "Олег Бунин", "phone": P}, UNSURE, "a nickname contradicts nothing"),
    # -- namesakes --
    ("namesakes", {"name": "Иван Иванов"}, {"name": "Иван Иванов"}, UNSURE, "a common name and nothing else"),
    ("namesakes-phones", {"name": "Иван Иванов", "phone": P}, {"name": "Иван Иванов", "phone": "+79031112233"}, DIFFERENT,
     "a common name, and the phones differ"),
    ("namesakes-all-differ", {"name": "Anna Nowak", "phone": P2, "email": "a@x.pl", "city": "Kraków"},
     {"name": "Anna Nowak", "phone": "+48502333444", "email": "b@y.pl", "city": "Gdańsk"}, DIFFERENT, "nothing else agrees"),
    ("namesakes-city", {"name": "Иван Иванов", "city": "Москва"}, {"name": "Иван Иванов", "city": "Moscow"}, UNSURE,
     "a common name in a large town"),
    ("rare-three-part", {"name": "Пересвет Мстиславович Вяземский"}, {"name": "Вяземский Пересвет Мстиславович"}, UNSURE,
     "rare, but a name alone never merges"),
    ("rare-three-part-city", {"name": "Пересвет Мстиславович Вяземский", "city": "Псков"},
     {"name": "Вяземский Пересвет Мстиславович", "city": "Pskov"}, SAME, "a name so rare, in one small town"),
    ("phone-slip", {"name": "Пелагея Вяземская", "phone": P}, {"name": "Пелагея Вяземская", "phone": "+79161234568"}, SAME,
     "a digit off, beside a rare name"),
    ("phone-slip-alone", {"phone": P}, {"phone": "+79161234568"}, DIFFERENT, "two numbers"),
    ("phone-slip-spouses", {"name": "Иван Орлов", "phone": P}, {"name": "Мария Орлова", "phone": "+79161234568"}, DIFFERENT,
     "numbers bought together"),
    ("half-names", {"name": "Анна"}, {"name": "Анна"}, DIFFERENT, "a given name says nothing"),
    ("half-names-city", {"name": "Анна", "city": "Москва"}, {"name": "Анна", "city": "Moscow"}, DIFFERENT,
     "nor does it with a city"),
    # -- companies --
    ("colleagues", {"name": "Иван Петров", "tax_id": "7707083893"}, {"name": "Ольга Сомова", "tax_id": "7707083893"}, DIFFERENT,
     "two people of one company"),
    ("colleagues-named", {"name": "Иван Петров", "company": "Ромашка"}, {"name": "Ольга Сомова", "company": "Ромашка"}, DIFFERENT,
     "two people of one company"),
    ("role-mail-twice", {"company_email": "info@romashka.ru"}, {"company_email": "info@romashka.ru"}, SAME,
     "the company wrote twice"),
    ("role-mail-named", {"company_email": "info@romashka.ru", "name": "Иван Петров"}, {"company_email": "info@romashka.ru"}, SAME,
     "the only person known at this mailbox"),
    ("role-mail-two", {"company_email": "info@romashka.ru", "name": "Иван Петров"},
     {"company_email": "info@romashka.ru", "name": "Ольга Сомова"}, DIFFERENT, "two people behind one mailbox"),
    ("name-and-company", {"name": "Ольга Сомова", "company": "Стальпрофиль"},
     {"name": "Сомова Ольга", "company": "Stalprofil"}, SAME, "one full name at one rare company"),
    ("company-alone", {"company": "Ромашка"}, {"company": "Ромашка"}, DIFFERENT, "many firms are called so"),
    ("tax-conflict", {"name": "Иван Петров", "phone": P, "tax_id": "7707083893"},
     {"name": "Иван Петров", "phone": P, "tax_id": "5260111551"}, UNSURE, "two tax ids are two clients until a person says so"),
    ("company-form", {"name": "Лев Орехов", "company": "ООО Орион"},
     {"name": "Лев Орехов", "company": "АО Орион"}, UNSURE, "another legal person"),
    ("renamed-form", {"name": "Лев Орехов", "company": "ЗАО Орион"},
     {"name": "Лев Орехов", "company": "АО Орион"}, SAME, "ЗАО became АО"),
    ("same-company-given", {"name": "Ольга", "company": "Стальпрофиль"}, {"name": "Ольга Сомова", "company": "Стальпрофиль"},
     UNSURE, "a given name at one company"),
    # -- a mailbox that spells a name --
    ("mail-spells-name", {"email": "ivan.petrov@mail.ru"}, {"name": "Иван Петров"}, DIFFERENT, "a guess on a common name"),
    ("mail-spells-rare", {"email": "ludmila.berezovskaya@mail.ru", "city": "Псков"}, {"name": "Людмила Березовская", "city": "Псков"},
     UNSURE, "a guess on a rare name"),
    ("mail-spells-other", {"email": "anna.zueva@mail.ru", "phone": P}, {"name": "Олег Зуев", "phone": P}, UNSURE,
     "a mailbox may be somebody else's"),
]  # fmt: skip


def lead(record_id: str, fields: dict[str, str]) -> Record:
    return Record(record_id, {name: (value,) for name, value in fields.items()})


def verdict_of(left: dict[str, str], right: dict[str, str]) -> str:
    result = fold([lead("left", left), lead("right", right)], load_model("lead"))
    if len(result.clusters) == 1:
        return SAME
    return UNSURE if result.review else DIFFERENT


@pytest.mark.parametrize(("left", "right", "verdict", "why"), [row[1:] for row in PAIRS], ids=[row[0] for row in PAIRS])
def test_decides_as_an_expert_would(left, right, verdict, why):
    assert verdict_of(left, right) == verdict, why
    assert verdict_of(right, left) == verdict, "the order of the pair must not matter"
