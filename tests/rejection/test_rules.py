import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.conform import ConformContext, conform
from pipeline.lead import ENQUIRY_FIELDS, SourceKind
from pipeline.rejection.rules import RULES, classify
from tests.factories import enquiry, lead

OURS = ConformContext(
    region="RU",
    site="ours.ru",
    own_phones=frozenset({"+74951112233"}),
    own_domains=frozenset({"ours.ru"}),
    staff_emails=frozenset({"boss@ours.ru"}),
)


def _rejection(message="", kind="website", **values):
    fields = {"name": "Олег Смирнов", "phone": "+7 916 123-45-01"} if kind != "call" else {"phone": "79161234501"}
    return classify(conform(enquiry(kind, **(fields | {"message": message} | values)), OURS), OURS)


def _stage(*given, **values):
    rejection = _rejection(*given, **values)
    return rejection and rejection.stage.value


GENUINE = [
    "I typed the wrong number last time, this one is right", "В прошлой заявке указала не тот номер, перезвоните на этот", "Pomyliłam numer w poprzednim zgłoszeniu",
    "хочу заказать кухню, работаю до 18:00", "предложите варианты дивана", "у меня гарантия на шкаф, отвалилась дверца", "пришлите коммерческое предложение на 20 столов",
    "Хочу записаться на тест-драйв", "сколько стоит?", "Перезвоните", "Подскажите, какой у вас график работы?", "Нужна мебель для рекламного агентства", "Мы ищем поставщика столешниц",
    "не звоните, пишите в WhatsApp", "Нужно изготовить мебель для колл-центра на 30 мест", "Я дизайнер, интересует сотрудничество, нужно рассчитать проект", "Спам не присылайте, просто цену скажите",
    "ile kosztuje?", "praca zdalna biuro meble", "Szukam biurka do pracy zdalnej", "Proszę o ofertę na 50 krzeseł konferencyjnych", "test na ojcostwo cena", "Reklamacja: krzesło jest zepsute",
    "Jesteśmy producentem okien i potrzebujemy regałów do magazynu", "Proszę nie dzwonić przed 10, najlepiej sms", "Proszę oddzwonić, pracuję na zmiany",
    "how much?", "We are hiring and need 30 new desks", "I was on holiday, please call me again", "We are a marketing agency and want to buy 20 desks", "Please do not call before 10am", "Is this product tested?",
    "https://ikea.com/sofa something like this", "http://a.com/1 http://b.com/2 нужно сделать как здесь", "Do you offer installation services?",
]  # fmt: skip


@pytest.mark.parametrize("message", GENUINE)
def test_a_client_is_left_alone(message):
    assert _rejection(message) is None


JUNK = {
    "supplier": ["Предлагаем услуги по продвижению сайтов", "Наша компания занимается оптовой продажей фурнитуры, готовы сотрудничать", "Нужны клиенты? Настроим рекламу", "Oferujemy pozycjonowanie stron", "W załączeniu przesyłamy katalog naszych produktów",
        "Nasza firma oferuje hurtowe ilości, zapraszamy do współpracy", "We offer SEO services to rank your website", "Dear Sir, we are leading exporters of furniture fittings", "I noticed your website is not ranking well on Google"],
    "job_seeker": ["Ищу работу водителем", "По вакансии менеджера: отправляю резюме", "Есть ли у вас вакансии?", "Вам требуются сотрудники на склад?", "Szukam pracy jako monter", "Chciałbym aplikować na stanowisko handlowca", "Przesyłam CV", "Are you hiring?", "I am looking for a job, available Monday", "Please find my CV attached"],
    "wrong_number": ["Извините, ошиблась номером", "Przepraszam, pomyłka", "Sorry, wrong number"],
    "opt_out": ["Больше не звоните мне!", "Прошу удалить мои персональные данные", "Proszę o usunięcie moich danych osobowych", "Please remove me from your mailing list", "STOP"],
    "test": ["Тестовая заявка, не обрабатывать", "проверка формы", "To jest test, proszę zignorować", "this is a test please ignore", "тест"],
    "spam_bot": ["Онлайн казино дарит бонус https://casino.biz", "[url=http://x.y]buy[/url]", "Earn $5000 daily with bitcoin trading https://bit.ly/x", "你好我们是工厂生产家具"],
    "minor_abuse": ["иди на хуй", "spierdalaj", "fuck off"],
}  # fmt: skip


@pytest.mark.parametrize(("stage", "message"), [(stage, text) for stage, texts in JUNK.items() for text in texts])
def test_junk_is_named(stage, message):
    assert _stage(message) == stage


@pytest.mark.parametrize(
    "message", [text for stage in ("supplier", "job_seeker", "wrong_number", "minor_abuse") for text in JUNK[stage]]
)
def test_what_needs_judgement_is_only_proposed(message):
    assert _rejection(message).proposed


@pytest.mark.parametrize(
    ("signal", "stage", "proposed"),
    [
        ("internal_call", "not_enquiry", False),
        ("outbound_call", "not_enquiry", False),
        ("service_message", "not_enquiry", False),
        ("auto_reply", "auto_reply", False),
        ("bounce", "auto_reply", False),
        ("test_delivery", "test", False),
        ("honeypot", "spam_bot", False),
        ("vendor_spam", "spam_bot", True),
    ],
)
def test_signals_of_the_source(signal, stage, proposed):
    rejection = _rejection("привет", signals={signal: "yes"})
    assert (rejection.stage, rejection.proposed) == (stage, proposed)


def test_a_signal_that_says_no_is_none():
    assert _rejection("привет", signals={"honeypot": "false"}) is None


@pytest.mark.parametrize(
    ("values", "stage", "proposed"),
    [
        pytest.param({"name": "Тест"}, "test", False, id="test as name, nothing said"),
        pytest.param({"name": "test", "message": "test"}, "test", False, id="test twice"),
        pytest.param(
            {"name": "Тест", "message": "Привезите шкаф до пятницы"}, "test", True, id="test as name, something said"
        ),
        pytest.param(
            {"name": "Тест", "message": "Хочу заказать шкаф, сколько стоит?"},
            None,
            None,
            id="test as name, a clear wish",
        ),
        pytest.param({"name": "Тестов Иван"}, None, None, id="a surname"),
        pytest.param({"name": "Maria Testa"}, None, None, id="a surname, Italian"),
        pytest.param({"name": "asdf"}, "test", True, id="a run of keys"),
        pytest.param({"name": "ывапролд"}, "test", True, id="keys side by side"),
        pytest.param({"email": "boss@ours.ru"}, "test", False, id="staff address"),
        pytest.param(
            {"email": "a@example.com", "phone": "+79999999999"}, "test", False, id="example.com and a fake phone"
        ),
        pytest.param({"email": "a@example.com"}, None, None, id="example.com and a real phone"),
    ],
)
def test_tests_by_name_and_contact(values, stage, proposed):
    rejection = _rejection(**values)
    assert (rejection and rejection.stage, rejection and rejection.proposed) == (stage, proposed)


@pytest.mark.parametrize(
    ("kind", "values", "stage", "proposed"),
    [
        pytest.param("website", {"phone": "+7 (___) ___-__-__"}, "incomplete", False, id="masked phone"),
        pytest.param("website", {"phone": "+79999999999"}, "incomplete", False, id="fake phone"),
        pytest.param("website", {"phone": ""}, "incomplete", False, id="only a name"),
        pytest.param(
            "website", {"phone": "", "message": "мой номер 8 916 123-45-01"}, None, None, id="phone in the message"
        ),
        pytest.param(
            "website", {"phone": "", "email": "info@firma.ru"}, None, None, id="a desk's mailbox is a way back"
        ),
        pytest.param("website", {"phone": "8 916 123 45"}, "unreachable", True, id="one digit short"),
        pytest.param("website", {"phone": "8 916 123 45", "email": "a@b"}, "unreachable", False, id="both wrong"),
        pytest.param("website", {"phone": "8 916 123 45", "email": "ivan@mail.ru"}, None, None, id="one of two right"),
        pytest.param(
            "call",
            {"phone": "anonymous", "call_status": "NO ANSWER", "call_duration": "0"},
            "incomplete",
            False,
            id="hidden, missed",
        ),
        pytest.param(
            "call",
            {"phone": "anonymous", "call_status": "ANSWERED", "call_duration": "60"},
            "incomplete",
            True,
            id="hidden, talked",
        ),
        pytest.param("call", {"call_status": "NO ANSWER", "call_duration": "0"}, None, None, id="missed call"),
        pytest.param(
            "call", {"call_status": "ANSWERED", "call_duration": "7"}, "wrong_number", True, id="greeting only"
        ),
        pytest.param("call", {"call_status": "ANSWERED", "call_duration": "70"}, None, None, id="a talk"),
        pytest.param(
            "chat", {"phone": "", "handle": "tg:1", "message": "привет"}, None, None, id="a chat has its handle"
        ),
        pytest.param("chat", {"phone": "", "message": "привет"}, "incomplete", True, id="a chat without a handle"),
    ],
)
def test_ways_back_to_the_sender(kind, values, stage, proposed):
    rejection = _rejection(kind=kind, **values)
    assert (rejection and rejection.stage, rejection and rejection.proposed) == (stage, proposed)


@pytest.mark.parametrize(
    ("values", "proposed"),
    [
        pytest.param({"signals": {"seconds_to_submit": "1.2"}}, True, id="fast alone"),
        pytest.param(
            {"signals": {"seconds_to_submit": "1.2"}, "message": "see https://x.biz"}, False, id="fast with a link"
        ),
        pytest.param({"signals": {"seconds_to_submit": "1.2"}, "message": "нужна кухня"}, None, id="fast with a wish"),
        pytest.param({"signals": {"seconds_to_submit": "40"}}, None, id="as people do"),
        pytest.param({"name": "xJkqWzRtPl"}, True, id="random name"),
        pytest.param(
            {"name": "xJkqWzRtPl", "phone": "", "email": "q@mailinator.com"}, False, id="random name, throw-away box"
        ),
        pytest.param({"name": "Krzysztof Brzęczyszczykiewicz"}, None, id="a Polish name is not random"),
        pytest.param({"message": "https://ours.ru/sofa"}, None, id="a link to ourselves"),
    ],
)
def test_marks_of_a_bot(values, proposed):
    rejection = _rejection(**values)
    assert (rejection and (rejection.stage.value, rejection.proposed)) == (
        None if proposed is None else ("spam_bot", proposed)
    )


@pytest.mark.parametrize(
    ("kind", "subject", "message", "stage"),
    [
        ("email", "Автоответ: Заявка", "Я в отпуске", "auto_reply"),
        ("email", "Undelivered Mail Returned to Sender", "", "auto_reply"),
        ("email", "Automatyczna odpowiedź: oferta", "", "auto_reply"),
        ("email", "Заявка", "Я в отпуске до 5, хочу заказать шкаф, перезвоните", None),
        ("chat", "", "я в отпуске, напишу позже", None),
        ("email", "Re: Автоматический ответ: заявка", "Да, в четверг в три подойдёт", None),
        ("email", "Automatyczna odpowiedź: Zamówienie", "Jestem na urlopie", "auto_reply"),
    ],
)
def test_automatic_letters(kind, subject, message, stage):
    assert _stage(message, kind=kind, subject=subject, email="a.k@firma.ru") == stage


def test_a_sure_rule_comes_before_one_that_proposes():
    assert _rejection("ищу работу", phone="", name="Олег").rule == "no_contact"


def test_the_rejection_names_rule_version_and_evidence():
    rejection = _rejection("Ищу работу")
    assert (rejection.rule, rejection.rule_version, rejection.evidence, rejection.confidence) == (
        "seeks_work",
        2,
        "ищу работу",
        0.7,
    )


def test_a_job_board_is_recognised_by_its_domain():
    assert _stage(email="reply@hh.ru") == "job_seeker"


@given(
    st.dictionaries(st.sampled_from(ENQUIRY_FIELDS), st.text(st.characters(exclude_categories=()), max_size=60)),
    st.sampled_from(SourceKind),
)
def test_no_content_raises_and_every_rejection_is_of_the_table(fields, kind):
    rejection = classify(conform(enquiry(kind, fields=fields), OURS), OURS)
    assert rejection is None or (rejection.rule in {rule.id for rule in RULES} and rejection.evidence)


def test_a_plain_lead_is_no_junk():
    assert classify(lead(), ConformContext()) is None


@pytest.mark.parametrize(
    ("values", "stage"),
    [
        pytest.param(
            {"phone": "+7 (___) ___-__-__", "email": "test@test.com"}, "test", id="a tester's mailbox, no phone"
        ),
        pytest.param({"email": "test@test.com"}, None, id="a tester's mailbox and a phone"),
        pytest.param({"message": "СТОП. Не хочу больше получать письма"}, "opt_out", id="leaving in the first word"),
        pytest.param({"message": "Не звоните, пишите в ватсап: сколько стоит шкаф"}, None, id="another channel"),
        pytest.param(
            {"message": "Отпишите меня от рассылки и перезвоните"}, "opt_out", id="leaving a list, whatever else"
        ),
        pytest.param({"message": "Можно оплатить криптовалютой?"}, None, id="a way to pay"),
        pytest.param(
            {"message": "есть такой? https://ozon.ru/1 https://ozon.ru/2 https://ozon.ru/3"}, None, id="links to goods"
        ),
        pytest.param({"message": "Вот наш сайт: https://firma.ru"}, None, id="one address"),
        pytest.param({"phone": "98 512"}, "incomplete", id="a number given up"),
    ],
)
def test_what_decides_is_who_wants_what(values, stage):
    assert _stage(**values) == stage


@pytest.mark.parametrize(
    ("message", "stage"),
    [
        pytest.param("Нужны отзывы? Напишем 30 отзывов за неделю", "supplier", id="asks and answers himself"),
        pytest.param("Нужны окна на дачу? Да, нужны, три штуки. Сколько?", None, id="asks himself and wants it"),
        pytest.param("We'll fit CCTV in your office, installation is on us", "supplier", id="done to your thing"),
        pytest.param("We'll send our drawings to your office", None, id="what a buyer does to your thing"),
        pytest.param("Забираем ваши посылки дешевле всех", "supplier", id="done for you"),
        pytest.param("Заберём сами в пятницу", None, id="done by one who buys"),
        pytest.param("Ваш сайт тормозит, могу ускорить", "supplier", id="can do what no buyer does"),
        pytest.param("Сайт не открылся, могу подъехать в офис", None, id="can do what buyers do"),
        pytest.param("Customs clearance and haulage for two containers", None, id="words of the trade, nobody speaks"),
        pytest.param("Doing a kid's room, up to £900", None, id="a limit is no price of his own"),
        pytest.param("просто смотрю, ничего не нужно", "visitor", id="only looks"),
        pytest.param("просто смотрю, а белые бывают?", None, id="only looks and asks"),
        pytest.param("please ignore my last message, the red one", None, id="ignore a message"),
        pytest.param("не перезванивайте, лучше напишите", None, id="no call but a letter"),
        pytest.param("пошли вы в п**ду", "minor_abuse", id="letters hidden"),
        pytest.param("проём 120*150, срочно", None, id="a size is no hidden word"),
        pytest.param(
            "Тоже держим шиномонтаж, мы тоже сравниваем, что у конкурентов", "competitor", id="a rival, twice"
        ),
        pytest.param("Сравниваю цены, окно 120 на 150", None, id="buyers compare too"),
        pytest.param("skolko stoit okno", None, id="russian in latin letters, a buyer"),
        pytest.param(
            "dobryy den, predlagaem uslugi gruzoperevozok", "supplier", id="russian in latin letters, a seller"
        ),
        pytest.param("скок стоит окно", None, id="shorthand"),
    ],
)
def test_how_people_speak(message, stage):
    assert _stage(message) == stage
