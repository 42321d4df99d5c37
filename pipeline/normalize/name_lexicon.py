"""Words that stand where a name is typed: titles, jobs, placeholders, greetings, and the endings of patronymics and surnames."""

import re

OPENING = re.compile(
    r"(?:(?:добрый (?:день|вечер)|доброе утро|доброго (?:дня|времени суток)|здравствуйте|привет|hello|hi|hey|good (?:morning|afternoon|evening)|cześć|czesc|dzień dobry|dzien dobry|witam)"
    r"(?:[\s,.!—-]+|$))?"
    r"(?:(?:имя|фио|ф\.и\.о\.?|name|full name|imię(?: i nazwisko)?|imie(?: i nazwisko)?|nazwisko|контактное лицо|контакт|меня зовут|my name is|my name's|nazywam się|nazywam sie|mam na imię)\s*[:\-]?\s+"
    r"|(?:имя|фио|name|imię)\s*[:=]\s*|(?:это|я|i am|i'm|i’m|im|this is|jestem|z tej strony|tu)[\s,\-—]+(?=\w{3}))?",
    re.IGNORECASE,
)
"""A greeting, the label of a field, and how people say in a sentence who they are."""

OPENS = frozenset(
    {
        "имя", "фио", "ф.и", "nam", "ful", "imi", "naz", "кон", "мен", "my ", "mam", "доб", "здр", "при", "hel", "hi ", "hi,", "hi!", "hey", "goo",
        "czę", "cze", "dzi", "wit", "это", "я -", "i a", "i'm", "i’m", "im ", "thi", "jes", "z t", "tu "
    }
)  # fmt: skip
"""The first three letters of everything in `OPENING`."""

TITLES = frozenset(
    {
        "г-н", "г-жа", "господин", "госпожа", "гражданин", "гражданка", "тов", "товарищ", "pan", "pani", "państwo",
        "panstwo", "mr", "mrs", "ms", "miss", "mx", "sir", "dr", "doc", "prof", "mgr", "inż", "inz", "lic", "hab",
        "phd", "jr", "sr", "ii", "iii", "esq", "мл", "mec", "adw", "d-r", "др", "проф", "доктор", "профессор", "herr", "frau",
        "инж", "арх", "arch", "lek", "med", "уважаемый", "уважаемая", "dear", "szanowny", "szanowna"
    }
)  # fmt: skip
"""Forms of address and degrees: no part of who it is."""

ROLES = frozenset(
    {
        "ген", "гл", "нач", "пом", "директор", "гендиректор", "менеджер", "инженер", "бухгалтер", "главный", "главбух", "зам", "заместитель", "директора",
        "руководитель", "начальник", "снабженец", "логист", "секретарь", "администратор", "маркетолог", "юрист", "дизайнер",
        "прораб", "технолог", "специалист", "генеральный", "коммерческий", "отдел", "отдела", "закупок", "снабжения", "продаж",
        "dyrektor", "kierownik", "manager", "menedżer", "menadżer", "prezes", "księgowa", "księgowy", "specjalista", "handlowiec",
        "właściciel", "zakupów", "sprzedaży", "director", "ceo", "cto", "cfo", "owner", "sales", "engineer", "accountant",
        "assistant", "secretary", "managing", "purchasing", "buyer", "logistics"
    }
)  # fmt: skip
"""What somebody is at work: no part of a name where something else is written beside it."""

PLACEHOLDERS = frozenset(
    {
        "клиент", "клиентка", "гость", "гостья", "посетитель", "пользователь", "покупатель", "заказчик", "абонент",
        "имя", "фамилия", "отчество", "фио", "аноним", "анонимно", "инкогнито", "неизвестный", "неизвестно",
        "неизвестен", "скрыт", "нет", "нету", "никто", "тест", "тестовый", "тестовая", "test", "tester", "testowy",
        "testowa", "testing", "asdf", "asd", "asdfg", "qwe", "qwerty", "qwert", "zxc", "zxcv", "йцу", "йцук",
        "йцукен", "фыв", "фыва", "проверка", "whatsapp", "telegram", "viber", "user", "username", "guest", "customer",
        "client", "visitor", "anonymous", "anonim", "anonymus", "unknown", "name", "surname", "firstname", "lastname",
        "none", "null", "undefined", "nan", "nil", "n/a", "na", "no", "nobody", "noname", "klient", "klientka",
        "gość", "gosc", "użytkownik", "uzytkownik", "brak", "imię", "imie", "nazwisko", "nieznany", "nieznana",
        "nieznane", "wireless", "caller", "cell", "phone", "mobile", "contact", "контакт", "абв", "абвг", "aaa",
        "aaaa", "ааа", "аааа", "ххх", "xxx", "ыыы", "лид", "lead", "сайт", "авито", "avito", "циан", "cian", "olx",
        "allegro", "instagram", "инстаграм", "инстаграмм", "инста", "facebook", "фейсбук", "vk", "вк", "вконтакте",
        "google", "гугл", "yandex", "яндекс", "вотсап", "ватсап", "вацап", "телеграм", "телеграмм", "вайбер",
        "messenger", "неважно", "входящий", "исходящий", "перезвоните"
    }
)  # fmt: skip
"""Words that a form, a messenger or a hurried person puts where a name should be."""

TEST_WORDS = frozenset(
    {
        "тест", "тестовый", "тестовая", "test", "tester", "testowy", "testowa", "testing", "проверка"
    }
)  # fmt: skip
"""Placeholders that say in words that nobody enquires."""

SAYS_NOBODY = re.compile(
    r"без (?:имени|фамилии|отчества|названия)|не (?:указ|задан|назва|представ|хоч|скаж)\w*(?: \w+)?|(?:нов\w{2}|тестов\w{2}|входящ\w{2}|исходящ\w{2}|обратн\w{2}|пропущенн\w{2}|горяч\w{2})"
    r" (?:лид|заявк|звон|клиент|контакт|сделк|обращени|вызов|заказ|сообщени|диалог|чат)\w*\b.*|(?:лид|заявка|звонок|сделка|обращение|запрос|заказ|чат|клиент|гость|посетитель|покупатель|пользователь) (?:с|из|от|по|на|№)\b.*"
    r"|перезвоните мне|не ?важно|проверка(?: \w+){1,2}|клиент\w* клиент\w*|(?:new|website|web|site|incoming|missed|test) (?:lead|visitor|call|customer|client|contact|enquiry|inquiry|chat|user|form)\b.*|no name|not (?:provided|specified|given|set|available|known)"
    r"|нет (?:имени|данных)|(?:ваш\w?|сво\w|мо[её]|your|my|full|first|twoje) (?:имя|фио|name|imię|last)|first name last name|imi[ęe] i nazwisko"
    r"|(?:неизвестн|скрыт|анонимн|private|unknown|hidden|blocked|withheld|nieznan|ukryt|prywatn|zastrzeżon)\w* (?:номер|абонент|пользователь|number|caller|name|id|numer)\w*"
    r"|(?:bez|brak) (?:imienia|nazwiska|nazwy|danych)|nie (?:poda\w{1,4}|dotyczy|wiadomo|ma|chcę)|nowy (?:lead|klient|kontakt)|(?:klient|gość|zapytanie) (?:z|ze|od)\b.*"
)
"""Whole lines, in small letters, with which a form, an exchange or a person puts nobody in a name's place."""

NOBODY_BEGINS = frozenset(
    {
        "бе", "не", "но", "те", "вх", "ис", "об", "пр", "ли", "за", "зв", "сд", "ча", "кл", "го", "по", "пе", "ва", "св", "мо", "ск", "ан",
        "ne", "we", "si", "in", "mi", "te", "no", "yo", "my", "fu", "fi", "tw", "im", "pr", "un", "hi", "bl", "wi", "ni", "uk", "za", "be", "br", "kl", "go"
    }
)  # fmt: skip
"""The first two letters of everything in `SAYS_NOBODY`."""

PARTICLES = frozenset(
    {
        "von", "van", "de", "der", "den", "di", "da", "del", "la", "le", "du", "dos", "ter", "zu", "af", "ibn", "al",
        "bin"
    }
)  # fmt: skip

OGLY = frozenset({"оглы", "кызы", "оглу", "угли", "кизи", "улы", "ogly", "oglu", "kyzy", "qizi", "ogli"})

SMALL = PARTICLES | OGLY
"""Words that stay in small letters behind the first."""

FATHER_ENDINGS = ("ович", "евич", "ёвич", "овна", "евна", "ёвна", "ovich", "evich", "ovna", "evna", "owna", "ewna")

SURE_FATHER_ENDINGS = (
    "ьич", "кузьмич", "лукич", "фомич", "никитич", "саввич", "ична", "инична", "ichna",
    "івна", "ївна", "оўна", "аўна", "еўна", "ёўна", "ivna", "улы", "ұлы", "уулу", "кызы", "қызы", "гызы",
)  # fmt: skip
"""Endings of patronymics in Russian, Ukrainian, Belarusian and Kazakh. The first kind ends surnames too (Мицкевич); the
second ends nothing else."""

PATRONYMIC_ENDINGS = FATHER_ENDINGS + SURE_FATHER_ENDINGS

SURNAME_ENDINGS = (
    "ов", "ев", "ёв", "ова", "ева", "ёва", "ин", "ын", "ина", "ына", "ский", "ская", "цкий", "цкая", "ской", "енко", "чук", "щук", "ак", "юк", "як", "янц", "ян", "ан",
    "дзе", "швили", "ович", "евич", "ёвич", "ець", "иць", "ых", "их", "ько", "ейко", "ура", "юра",
    "ov", "ova", "ev", "eva", "off", "in", "ina", "sky", "skyy", "skiy", "skij", "skaya", "skaia", "enko", "chuk", "shvili", "dze", "yan", "ian", "ski", "ska", "cki", "cka",
    "dzki", "dzka", "wicz", "czyk", "czak", "iak", "wak", "lak", "rak", "zak", "asz", "arz", "ewski", "son", "man", "sen", "ez",
)  # fmt: skip
"""Endings of surnames in Russian, Ukrainian, Polish, Georgian, Armenian and English; they decide only between words of
one name, never whether a word is a name."""
