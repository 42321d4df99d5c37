"""Stages at which a lead is found to be none: stable codes, names in three languages, what each does to the counts."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


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
    is_junk: False for what is only noted on a genuine lead, which stays accepted and folds into its client.
    refund: who gives money back for such a lead: `network` (an ad network, for invalid traffic; who sells leads by the
    piece does too), `seller` (only who sells leads by the piece), '' nobody.
    """

    stage: RejectionStage
    english: str
    russian: str
    polish: str
    counts_as_lead: bool = True
    auto: bool = False
    is_junk: bool = True
    refund: Literal["network", "seller", ""] = ""


STAGES: tuple[StageInfo, ...] = (
    StageInfo(RejectionStage.NOT_ENQUIRY, "Not an enquiry", "Не обращение", "Nie zapytanie", counts_as_lead=False, auto=True),
    StageInfo(RejectionStage.AUTO_REPLY, "Auto-reply, bounce, notice", "Автоответ", "Autoodpowiedź", counts_as_lead=False, auto=True),
    StageInfo(RejectionStage.TEST, "Test lead", "Тестовая заявка", "Zgłoszenie testowe", counts_as_lead=False, auto=True),
    StageInfo(RejectionStage.OPT_OUT, "Opt-out / forget me", "Отказ от связи", "Sprzeciw / RODO", auto=True),
    StageInfo(RejectionStage.SPAM_BOT, "Spam / bot", "Спам / бот", "Spam / bot", auto=True, refund="network"),
    StageInfo(RejectionStage.FRAUD_CLICK, "Fraud / click farm", "Накрутка лидов", "Fałszywe leady", refund="network"),
    StageInfo(RejectionStage.WRONG_NUMBER, "Wrong number", "Ошиблись номером", "Pomyłka", refund="seller"),
    StageInfo(RejectionStage.UNREACHABLE, "Unreachable / invalid contact", "Не дозвонились / неверный контакт", "Brak kontaktu", auto=True, refund="network"),
    StageInfo(RejectionStage.INCOMPLETE, "Incomplete contact", "Нет контактов", "Niepełne dane", auto=True, refund="network"),
    StageInfo(RejectionStage.SUPPLIER, "Vendor offer", "Предложение поставщика / реклама услуг", "Oferta dostawcy / współpraca", refund="seller"),
    StageInfo(RejectionStage.JOB_SEEKER, "Job seeker", "Соискатель", "Szukający pracy", refund="seller"),
    StageInfo(RejectionStage.COMPETITOR, "Competitor", "Конкурент", "Konkurencja", refund="seller"),
    StageInfo(RejectionStage.OUT_OF_REGION, "Out of region", "Не наш регион", "Poza obszarem", refund="seller"),
    StageInfo(RejectionStage.OFF_TARGET, "Product not offered", "Непрофильный запрос", "Nie nasza oferta", refund="seller"),
    StageInfo(RejectionStage.VISITOR, "Casual / price only", "Просто спросить", "Tylko pytanie"),
    StageInfo(RejectionStage.MINOR_ABUSE, "Abuse / prank", "Хулиганство", "Wygłupy"),
    StageInfo(RejectionStage.SUPPORT_EXISTING, "Existing client request", "Действующий клиент / сервис", "Obecny klient / serwis", is_junk=False),
    StageInfo(RejectionStage.DUPLICATE, "Duplicate request", "Дубль", "Duplikat", is_junk=False, refund="seller"),
    StageInfo(RejectionStage.OTHER_REVIEW, "Needs a person", "На проверку", "Do sprawdzenia"),
)  # fmt: skip
"""Every stage in order of precedence: facts of the delivery first (they are certain), then a wish not to be contacted,
which the law puts before our sorting, then what cannot be answered, then what is answered by another department, then what is
noted on a genuine lead."""

STAGE_INFO = {info.stage: info for info in STAGES}
PRECEDENCE = {info.stage: place for place, info in enumerate(STAGES)}
