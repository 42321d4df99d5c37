"""The words of a report in three languages: titles, columns, notes, definitions."""

from collections.abc import Mapping

from pipeline.dashboard.language import Language

WORDS: dict[str, tuple[str, str, str]] = {
    # English, Russian, Polish
    "report": ("Leads and what they cost", "Заявки и сколько они стоят", "Leady i ile kosztują"),
    "built": ("Figures of", "Данные на", "Dane z"),
    "credit_to": ("Credit goes to", "Модель атрибуции", "Model atrybucji"),
    "all_sites": ("all sites", "все сайты", "wszystkie strony"),
    "no_site": ("(no site)", "(без сайта)", "(bez strony)"),
    "site": ("Site", "Сайт", "Strona"),
    "all": ("All", "Всего", "Razem"),
    "converted": ("all spend converted to {currency}", "весь расход переведён в {currency}", "wszystkie wydatki przeliczone na {currency}"),
    "as_billed": ("only what was billed in {currency}", "только оплаченное в {currency}", "tylko to, co rozliczono w {currency}"),
    "compared": ("small: change against the {days} days before", "мелко: изменение к предыдущим дням ({days})", "drobnym drukiem: zmiana wobec {days} poprzednich dni"),
    "not_compared": ("no earlier days to compare with", "сравнить не с чем: более ранних дней нет", "brak wcześniejszych dni do porównania"),
    "nothing": ("Nothing in these days.", "За эти дни ничего нет.", "W tych dniach nie ma nic."),
    # figures
    "spend": ("Spend", "Расход", "Wydatki"),
    "revenue": ("Revenue of won deals", "Выручка", "Przychód"),
    "raw_leads": ("Raw leads", "Все заявки", "Wszystkie leady"),
    "rejected_leads": ("Of these junk", "Из них мусор", "W tym śmieci"),
    "junk_share": ("Junk share", "Доля мусора", "Udział śmieci"),
    "unique_clients": ("Unique clients", "Уникальные клиенты", "Unikalni klienci"),
    "qualified_clients": ("Qualified clients", "Целевые клиенты", "Klienci kwalifikowani"),
    "new_clients": ("New clients", "Новые клиенты", "Nowi klienci"),
    "returning_clients": ("Returning clients", "Вернувшиеся клиенты", "Powracający klienci"),
    "deals_won": ("Deals won", "Сделки", "Wygrane transakcje"),
    "cpl_raw": ("Cost per raw lead", "Цена заявки", "Koszt leada"),
    "cpl_unique": ("Cost per unique client", "Цена уникального клиента", "Koszt unikalnego klienta"),
    "cpql": ("Cost per qualified client", "Цена целевого клиента", "Koszt klienta kwalifikowanego"),
    "cost_per_new_client": ("Cost per new client", "Цена нового клиента", "Koszt nowego klienta"),
    # tables
    "headline": ("Headline", "Главное", "Najważniejsze"),
    "figure": ("Figure", "Показатель", "Wskaźnik"),
    "now": ("These days", "За период", "W okresie"),
    "before": ("Days before", "До того", "Wcześniej"),
    "change": ("Change", "Изменение", "Zmiana"),
    "channels": ("Channels", "Каналы", "Kanały"),
    "channel": ("Channel", "Канал", "Kanał"),
    "campaigns": ("Campaigns", "Кампании", "Kampanie"),
    "campaign": ("Campaign", "Кампания", "Kampania"),
    "no_campaign": ("(no campaign)", "(без кампании)", "(bez kampanii)"),
    "more_rows": (
        "The first {shown} of {all}; the XLSX and CSV forms of this report hold them all.", "Первые {shown} из {all}; все — в отчёте XLSX или CSV.",
        "Pierwsze {shown} z {all}; wszystkie są w raporcie XLSX lub CSV.",
    ),
    "trend": ("Trend", "Динамика", "Trend"),
    "period_day": ("Day", "День", "Dzień"),
    "period_week": ("Week from", "Неделя с", "Tydzień od"),
    "spend_by_channel": ("Spend by channel", "Расход по каналам", "Wydatki według kanałów"),
    "costs_over_time": ("What one costs, all channels", "Сколько стоит один, все каналы", "Ile kosztuje jeden, wszystkie kanały"),
    "leads_by_channel": ("Leads by channel: genuine and junk", "Заявки по каналам: настоящие и мусор", "Leady według kanałów: prawdziwe i śmieci"),
    "other": ("Other", "Прочие", "Inne"),
    "junk_channels": ("Junk by channel", "Мусор по каналам", "Śmieci według kanałów"),
    "junk_stages": ("Junk by stage", "Мусор по стадиям", "Śmieci według etapów"),
    "junk_channel_stages": ("Junk by channel and stage", "Мусор по каналам и стадиям", "Śmieci według kanałów i etapów"),
    "stage": ("Stage", "Стадия", "Etap"),
    "leads": ("Leads", "Заявки", "Leady"),
    "genuine": ("Genuine", "Настоящие", "Prawdziwe"),
    "doubted": ("Doubted", "Под сомнением", "Wątpliwe"),
    "rejected": ("Rejected", "Отклонены", "Odrzucone"),
    "pending": ("Not yet judged", "Не разобраны", "Nieocenione"),
    "uncounted": ("no enquiry, in no count of leads", "не обращение, не считается заявкой", "nie zapytanie, poza licznikami leadów"),
    "refund": ("Money back from", "Возврат от", "Zwrot od"),
    "refund_network": ("ad network", "рекламной сети", "sieć reklamowa"),
    "refund_seller": ("seller of leads", "продавца лидов", "sprzedawca leadów"),
    "unmatched": ("Spend and leads without a match", "Расход и заявки без пары", "Wydatki i leady bez pary"),
    "what": ("What", "Что", "Co"),
    "spend_without_leads": ("spend without leads", "расход без заявок", "wydatki bez leadów"),
    "leads_without_spend": ("paid leads without spend", "платные заявки без расхода", "płatne leady bez wydatków"),
    "leads_of_no_channel": ("leads of no known channel", "заявки без известного канала", "leady bez znanego kanału"),
    "unconverted": (
        "Not in these sums, because there is no exchange rate: {amounts}.", "Не вошло в суммы, потому что нет курса: {amounts}.",
        "Poza sumami, bo brakuje kursu: {amounts}.",
    ),
    "mixed": (
        "{count} campaign(s) billed in {currency} and in another currency are left out; the reporting currency shows them.",
        "Кампании, оплаченные в {currency} и в другой валюте, опущены: {count}; в валюте отчётности они есть.",
        "Pominięto kampanie rozliczane w {currency} i w innej walucie: {count}; są w walucie raportowania.",
    ),
    "quality": ("Data behind the figures", "Данные за этими цифрами", "Dane za tymi liczbami"),
    "source": ("Source", "Источник", "Źródło"),
    "received": ("Received", "Получено", "Odebrano"),
    "on_clients": ("On clients", "У клиентов", "U klientów"),
    "quarantined": ("In quarantine", "В карантине", "W kwarantannie"),
    "erased": ("Erased", "Стёрто", "Usunięto"),
    "waiting": ("Waiting", "Ждут", "Czekają"),
    "last_read": ("Last read", "Прочитан", "Ostatni odczyt"),
    "late": ("Late: {sources}.", "Опаздывают: {sources}.", "Spóźnione: {sources}."),
    "none_late": ("Every source was read in time.", "Все источники прочитаны вовремя.", "Wszystkie źródła odczytano na czas."),
    "in_quarantine": (
        "Records that could not be read: {records}; lines of spend and deals: {lines}. Nothing is lost; the page Health says why.",
        "Не удалось прочитать записей: {records}; строк расхода и сделок: {lines}. Ничего не потеряно; причины на странице «Здоровье».",
        "Nieodczytane rekordy: {records}; wiersze wydatków i transakcji: {lines}. Nic nie zginęło; powody na stronie Stan.",
    ),
    "failed_checks": ("Checks that failed: {checks}.", "Не прошли проверки: {checks}.", "Nieudane kontrole: {checks}."),
    "checks_hold": ("All {count} checks hold.", "Все проверки пройдены: {count}.", "Wszystkie kontrole przeszły: {count}."),
    "restated": ("Restated since first reported", "Изменилось с первого отчёта", "Zmienione od pierwszego raportu"),
    "not_restated": (
        "Nothing of these days reads otherwise than when they were first reported.", "В этих днях с первого отчёта ничего не изменилось.",
        "Nic z tych dni nie zmieniło się od pierwszego raportu.",
    ),
    "first_day": ("From", "С", "Od"),
    "last_day": ("To", "По", "Do"),
    "reported": ("First reported", "Впервые показано", "Po raz pierwszy"),
    "as_reported": ("As reported", "Было", "Było"),
    "as_now": ("As now", "Стало", "Jest"),
    "past_changes": (
        "These are the figures as known when they were built. A merge, an undone merge, a verdict on junk or late spend changes the past: "
        "the same days may read a little different in a later report.",
        "Это цифры, известные на момент сборки. Слияние, отмена слияния, решение о мусоре или поздний расход меняют прошлое: в более "
        "позднем отчёте те же дни могут выглядеть немного иначе.",
        "To liczby znane w chwili obliczenia. Scalenie, cofnięcie, decyzja o śmieciach albo późne wydatki zmieniają przeszłość: w późniejszym "
        "raporcie te same dni mogą wyglądać nieco inaczej.",
    ),
    "definitions": ("What the words mean", "Что значат слова", "Co znaczą słowa"),
    "means_raw_leads": (
        "Every enquiry of these days by its own channel, junk and repeated ones among them; tests, automatic mail and internal calls are none.",
        "Каждое обращение этих дней по своему каналу, включая мусор и повторы; тесты, автоответы и внутренние звонки не считаются.",
        "Każde zapytanie z tych dni według własnego kanału, także śmieci i powtórki; testy, automatyczne listy i rozmowy wewnętrzne się nie liczą.",
    ),
    "means_rejected_leads": (
        "Raw leads that a sure rule or a person rejected; doubted ones are not among them.",
        "Заявки, отклонённые надёжным правилом или человеком; сомнительные сюда не входят.",
        "Leady odrzucone przez pewną regułę lub człowieka; wątpliwe się tu nie liczą.",
    ),
    "means_unique_clients": (
        "People and companies behind the leads, each once, at the touch that the model names.",
        "Люди и компании за заявками, каждый один раз, по касанию, которое называет модель.",
        "Ludzie i firmy stojący za leadami, każdy raz, przy kontakcie wskazanym przez model.",
    ),
    "unique_companies": ("Unique companies", "Уникальные компании", "Unikalne firmy"),
    "cpl_company": ("Cost per unique company", "Цена уникальной компании", "Koszt unikalnej firmy"),
    "short_companies": ("companies", "комп.", "firmy"),
    "means_unique_companies": (
        "Companies behind the leads, and people of no known company, each once, at the touch that the model names.",
        "Компании за заявками и люди без известной компании, каждые один раз, по касанию, которое называет модель.",
        "Firmy stojące za leadami i ludzie bez znanej firmy, każde raz, przy kontakcie wskazanym przez model.",
    ),
    "as_of": ("as reported on {day}", "по отчёту на {day}", "według raportu z dnia {day}"),
    "as_of_note": (
        "Costs and clients are those that were reported on {day}; junk, and where records are, is told as it is known now.",
        "Цены и клиенты — по отчёту на {day}; мусор и место записей — по нынешним данным.",
        "Koszty i klienci są z raportu na {day}; śmieci i miejsca rekordów podano według stanu na teraz.",
    ),
    "means_qualified_clients": (
        "Unique clients that sales took up, as [qualification] of leadfold.toml says.",
        "Уникальные клиенты, взятые в работу, как сказано в [qualification] файла leadfold.toml.",
        "Unikalni klienci podjęci przez sprzedaż, jak mówi [qualification] w leadfold.toml.",
    ),
    "means_new_clients": (
        "Clients whose first won deal came on or after the day of their first touch, and whom the CRM did not know before.",
        "Клиенты, чья первая выигранная сделка — в день первого касания или позже и которых CRM раньше не знала.",
        "Klienci, których pierwsza wygrana transakcja przypadła w dniu pierwszego kontaktu lub później, a CRM ich wcześniej nie znał.",
    ),
    "means_spend": (
        "Ad spend by the platform's own day, converted at the rate of that day. A cost is spend divided by a count; a dash where there is nothing to divide.",
        "Рекламный расход по дню площадки и курсу этого дня. Цена — расход, делённый на количество; прочерк, где делить нечего.",
        "Wydatki reklamowe według dnia platformy i kursu tego dnia. Koszt to wydatki podzielone przez liczbę; kreska, gdy nie ma czego dzielić.",
    ),
    "means_revenue": (
        "Won deals of the clients counted here, in the reporting currency.",
        "Выигранные сделки посчитанных здесь клиентов, в валюте отчётности.",
        "Wygrane transakcje policzonych tu klientów, w walucie raportowania.",
    ),
    "means_doubted": (
        "A rule found signs of junk; the lead stays visible to sales and waits for a person.",
        "Правило нашло признаки мусора; заявка видна продажам и ждёт решения человека.",
        "Reguła znalazła oznaki śmieci; lead pozostaje widoczny dla sprzedaży i czeka na człowieka.",
    ),
    # terminal: short enough for 80 columns
    "costs_title": ("Cost per channel", "Цена по каналам", "Koszt według kanałów"),
    "short_raw_leads": ("leads", "заявки", "leady"),
    "short_rejected_leads": ("junk", "мусор", "śmieci"),
    "short_unique_clients": ("unique", "уник.", "unik."),
    "short_qualified_clients": ("qualified", "целевые", "kwalif."),
    "short_new_clients": ("new", "новые", "nowi"),
    "short_spend": ("spend", "расход", "wydatki"),
    "short_cpl_raw": ("lead", "заявка", "lead"),
    "short_cpl_unique": ("unique", "уник.", "unik."),
    "short_cpql": ("qualified", "целевой", "kwalif."),
    "short_cost_per_new_client": ("new client", "новый", "nowy"),
    # mail
    "mail_subject": ("{company}: leads {first} to {last}", "{company}: заявки {first} — {last}", "{company}: leady {first} – {last}"),
    "mail_attached": (
        "The whole report is attached; it opens without the Internet.", "Весь отчёт во вложении; он открывается без интернета.",
        "Cały raport jest w załączniku; otwiera się bez internetu.",
    ),
}  # fmt: skip

OF_COMPANIES: Mapping[str, str] = {
    "unique_clients": "unique_companies", "cpl_unique": "cpl_company", "means_unique_clients": "means_unique_companies",
    "short_unique_clients": "short_companies", "short_cpl_unique": "short_companies",
}  # fmt: skip
"""What figures are called where companies are counted, by what they are called where persons are."""

_PLACE = {"en": 0, "ru": 1, "pl": 2}


def say(key: str, language: Language, **facts: object) -> str:
    """The words of a key, with facts put in."""
    return WORDS[key][_PLACE[language]].format(**facts)
