"""Stages at which a lead is found to be none: stable codes, names in three languages, what each does to the counts."""

from dataclasses import dataclass
from enum import StrEnum


class RejectionStage(StrEnum):
    """Why an enquiry is no lead for sales. The code is stored and never changes; names are for people."""

    NOT_ENQUIRY = "not_enquiry"
    AUTO_REPLY = "auto_reply"
    TEST = "test"
    OPT_OUT = "opt_out"
    SPAM_BOT = "spam_bot"
    FRAUD_CLICK = "fraud_click"
    WRONG_NUMBER = "wrong_number"
    UNREACHABLE = "unreachable"
    INCOMPLETE = "incomplete"
    DUPLICATE = "duplicate"
    SUPPLIER = "supplier"
    JOB_SEEKER = "job_seeker"
    SUPPORT_EXISTING = "support_existing"
    OUT_OF_REGION = "out_of_region"
    OFF_TARGET = "off_target"
    COMPETITOR = "competitor"
    VISITOR = "visitor"
    MINOR_ABUSE = "minor_abuse"
    OTHER_REVIEW = "other_review"


@dataclass(frozen=True, slots=True)
class StageInfo:
    """What a stage is called and does.

    english, russian, polish: its names. counts_as_lead: whether the lead still counts in its campaign's raw cost
    (False: it is out of all counts). auto: whether a rule may reject without a person; elsewhere a rule proposes.
    """

    stage: RejectionStage
    english: str
    russian: str
    polish: str
    counts_as_lead: bool = True
    auto: bool = False


STAGES: tuple[StageInfo, ...] = (
    StageInfo(RejectionStage.NOT_ENQUIRY, "Not an enquiry", "Не обращение", "Nie zapytanie", counts_as_lead=False, auto=True),
    StageInfo(RejectionStage.AUTO_REPLY, "Auto-reply, bounce, notice", "Автоответ", "Autoodpowiedź", counts_as_lead=False, auto=True),
    StageInfo(RejectionStage.TEST, "Test lead", "Тестовая заявка", "Zgłoszenie testowe", counts_as_lead=False, auto=True),
    StageInfo(RejectionStage.OPT_OUT, "Opt-out / forget me", "Отказ от связи", "Sprzeciw / RODO", auto=True),
    StageInfo(RejectionStage.SPAM_BOT, "Spam / bot", "Спам / бот", "Spam / bot", auto=True),
    StageInfo(RejectionStage.FRAUD_CLICK, "Fraud / click farm", "Накрутка лидов", "Fałszywe leady"),
    StageInfo(RejectionStage.WRONG_NUMBER, "Wrong number", "Ошиблись номером", "Pomyłka"),
    StageInfo(RejectionStage.UNREACHABLE, "Unreachable / invalid contact", "Не дозвонились / неверный контакт", "Brak kontaktu", auto=True),
    StageInfo(RejectionStage.INCOMPLETE, "Incomplete contact", "Нет контактов", "Niepełne dane", auto=True),
    StageInfo(RejectionStage.DUPLICATE, "Duplicate request", "Дубль", "Duplikat", auto=True),
    StageInfo(RejectionStage.SUPPLIER, "Vendor offer", "Предложение поставщика / реклама услуг", "Oferta dostawcy / współpraca"),
    StageInfo(RejectionStage.JOB_SEEKER, "Job seeker", "Соискатель", "Szukający pracy"),
    StageInfo(RejectionStage.SUPPORT_EXISTING, "Existing client request", "Действующий клиент / сервис", "Obecny klient / serwis"),
    StageInfo(RejectionStage.OUT_OF_REGION, "Out of region", "Не наш регион", "Poza obszarem"),
    StageInfo(RejectionStage.OFF_TARGET, "Product not offered", "Непрофильный запрос", "Nie nasza oferta"),
    StageInfo(RejectionStage.COMPETITOR, "Competitor", "Конкурент", "Konkurencja"),
    StageInfo(RejectionStage.VISITOR, "Casual / price only", "Просто спросить", "Tylko pytanie"),
    StageInfo(RejectionStage.MINOR_ABUSE, "Abuse / prank", "Хулиганство", "Wygłupy"),
    StageInfo(RejectionStage.OTHER_REVIEW, "Needs a person", "На проверку", "Do sprawdzenia"),
)  # fmt: skip
"""Every stage in order of precedence: facts of the delivery first (they are certain), then a wish not to be contacted,
which the law puts before our sorting, then what cannot be answered, then what is answered by another department."""

STAGE_INFO = {info.stage: info for info in STAGES}
PRECEDENCE = {info.stage: place for place, info in enumerate(STAGES)}
