"""Who sells to whom: offers and searches for work, weighed against a client's words."""

from collections.abc import Callable

from pipeline.rejection.curious import watches_prices
from pipeline.rejection.reading import Reading
from pipeline.rejection.rule import quoted
from pipeline.rejection.voice import answers_its_own_question, speaks_of_persons, statement_marks

_CLIENT_WEIGHT = 1.5
"""What a client's phrase takes from a supplier's score: two of them outweigh one clear offer."""
_CLIENT_WEIGHT_ON_JOBS = 0.25
"""People who want work use a client's words too (`I am looking for`), and their own words are hardly anyone else's."""
_ABOUT_WORK = 2.5
"""What talk about work that is no wish to work (a dispute, a medical, a course) takes from a job seeker's score."""
_WATCHER_WEIGHT = 2.0
"""What a phrase of one who watches prices takes from a supplier's score: both speak of price lists and markets."""
_HINT, _MOST_HINTS = 0.5, 3
_SHORT_MESSAGE = 10
_STATEMENT = 5
"""Words from which on a message that asks for nothing says something."""
_JOB_BOARDS = frozenset(
    {
        "hh.ru", "headhunter.ru", "superjob.ru", "rabota.ru", "zarplata.ru", "trudvsem.ru", "gorodrabot.ru",
        "pracuj.pl", "praca.pl", "gowork.pl", "aplikuj.pl", "infopraca.pl", "jobs.pl", "rocketjobs.pl", "indeed.com",
        "indeedemail.com", "monster.com", "totaljobs.com", "reed.co.uk", "cv-library.co.uk", "jooble.org",
        "glassdoor.com"
    }
)  # fmt: skip


def _score(reading: Reading, topic: str) -> float:
    """Phrases of a topic against those of a client: strong 2, weak 1 (four at most), a hint a half (three at most)."""
    strong, weak, hints = (reading.phrases(topic, grade) for grade in ("strong", "weak", "hint"))
    found = 2.0 * len(strong) + min(4, len(weak)) + _HINT * min(_MOST_HINTS, len(hints))
    if topic == "job_seeker":
        wish = _CLIENT_WEIGHT_ON_JOBS * min(2, reading.client)
        return found - wish - _ABOUT_WORK * len(reading.phrases("work_matter", "strong")[:2])
    asked = min(2, len(reading.phrases("client", "hint")))
    titles = _titles(reading) if reading.message.words else 0
    found = 2.0 * len(strong) - titles + min(4, len(weak) + len(reading.offers)) + _HINT * min(_MOST_HINTS, len(hints))
    found -= _WATCHER_WEIGHT * len(reading.phrases("competitor", "strong")[:2])
    return found - _CLIENT_WEIGHT * min(2, reading.client) - (_HINT * asked if len(strong) < 2 else 0.0)


def _titles(reading: Reading) -> int:
    """Phrases of an offer that stand in the subject alone: who buys calls his letter `cooperation` or `offer` too."""
    said = reading.message.of("supplier", "strong")
    return sum(phrase not in said for phrase in reading.subject.of("supplier", "strong"))


def _all_phrases(reading: Reading, topic: str) -> str:
    return quoted(reading.phrases(topic, "strong") + reading.phrases(topic, "weak"))


_RIVAL = {"supplier": "job_seeker", "job_seeker": "supplier"}


def by_words(topic: str, least: float) -> Callable[[Reading], str]:
    """Claim of a score of at least `least` and no less than the rival topic's, one phrase of which names the stage."""

    def find(reading: Reading) -> str:
        if not reading.phrases(topic, "strong"):
            return ""
        score = _score(reading, topic)
        return _all_phrases(reading, topic) if score >= least and score >= _score(reading, _RIVAL[topic]) else ""

    return find


def speaks_as_seller(reading: Reading) -> str:
    """Words or grammar of an offer, none of which names it by itself, where nothing speaks for a client.

    Words alone may be the trade's own (`customs clearance and haulage`): it takes three of them where there is no `we` and no `you`.
    """
    marks = [*reading.phrases("supplier", "weak"), *reading.offers]
    directed = reading.offers or reading.phrases("supplier", "strong") or speaks_of_persons(reading.message.tokens)
    least = 2 if directed else 3
    return quoted(marks) if marks and not reading.client and _score(reading, "supplier") >= least else ""


def states_an_offer(reading: Reading) -> str:
    """A statement of what is done, promised or charged, in a message that asks for nothing: buyers ask."""
    if reading.message.words < _STATEMENT or reading.client or reading.is_call:
        return ""
    if reading.phrases("request", "weak") or reading.phrases("client", "hint") or reading.phrases("client", "weak"):
        return ""
    if reading.phrases("job_seeker", "weak") or reading.phrases("job_seeker", "strong"):
        return ""
    marks = statement_marks(reading.message.tokens, reading.lead.message)
    weak = reading.phrases("supplier", "weak")
    spoken = marks or (len(weak) >= 2 and speaks_of_persons(reading.message.tokens))
    return quoted([*weak, *marks]) if spoken and not watches_prices(reading) else ""


def asks_what_you_need(reading: Reading) -> str:
    """A seller's question, which he answers himself: it is no buyer's wish."""
    return answers_its_own_question(reading.message.tokens) if reading.message.words else ""


def words_of_work(reading: Reading) -> str:
    """Two words of work, or one in a short message, where nothing speaks for a client or is another matter of work."""
    weak = reading.phrases("job_seeker", "weak")
    if not weak or reading.client:
        return ""
    least = 1 if reading.message.words <= _SHORT_MESSAGE else 2
    return quoted(weak) if len(weak) >= least and _score(reading, "job_seeker") >= least else ""


def from_job_board(reading: Reading) -> str:
    domains = (email.domain for email in reading.lead.emails)
    return next((domain for domain in domains if domain in _JOB_BOARDS or domain.partition(".")[2] in _JOB_BOARDS), "")


def only_word_is_work(reading: Reading) -> str:
    return quoted(reading.message.of("job_seeker", "whole"))


def junk_and_client_words(reading: Reading) -> str:
    """Words of a supplier and of a client in one message: no rule is sure."""
    if not reading.phrases("supplier", "strong"):
        return ""
    return _all_phrases(reading, "supplier") if 1 <= _score(reading, "supplier") < 2 else ""
