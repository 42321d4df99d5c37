"""Codes of the marts as people read them, in the language of the page."""

import re
from collections.abc import Mapping

from dedup.clustering import CLUSTER_TOO_LARGE, JUDGED_DIFFERENT, NAMES_CONTRADICT
from dedup.explain import refusal_words
from dedup.result import BETWEEN_CUTS, CONTACTS_CLASH, JUDGEMENTS_CLASH
from dedup.sentences import thing
from pipeline.attribution.channel import CHANNELS
from pipeline.dashboard.language import Language, language
from pipeline.dashboard.texts import t, texts
from pipeline.rejection.stage import STAGES

_CHANNEL_NAMES: Mapping[str, Mapping[Language, str]] = {
    str(name.channel): {"en": name.english, "ru": name.russian, "pl": name.polish} for name in CHANNELS
}
_STAGE_NAMES: Mapping[str, Mapping[Language, str]] = {
    str(info.stage): {"en": info.english, "ru": info.russian, "pl": info.polish} for info in STAGES
}

_NO_WORD = re.compile(r"[^a-z0-9]+")

_REFUSALS: Mapping[str, str] = {
    BETWEEN_CUTS: "between_cuts",
    CONTACTS_CLASH: "contacts_clash",
    JUDGEMENTS_CLASH: "judgements_clash",
    JUDGED_DIFFERENT: "judged_different",
    NAMES_CONTRADICT: "names_contradict",
    CLUSTER_TOO_LARGE: "too_large",
}


def channel_name(code: str, of: Language | None = None) -> str:
    """A channel's name."""
    names = _CHANNEL_NAMES.get(code)
    return names[of or language()] if names else words(code)


def stage_name(code: str, of: Language | None = None) -> str:
    """The name of a stage of rejection."""
    names = _STAGE_NAMES.get(code)
    return names[of or language()] if names else words(code)


def model_name(code: str, of: Language | None = None) -> str:
    """The name of an attribution model."""
    return _told(f"model.{code}", of) or words(code)


def state_name(code: str, of: Language | None = None) -> str:
    """The name of what was decided about a lead: accepted, proposed, rejected, pending."""
    return _told(f"state.{code}", of) or words(code)


def comparison_name(code: str) -> str:
    """What people call what a comparison compares."""
    return _told(f"why.{code}", None) or thing(code)


def refusal_text(reason: str) -> str:
    """Why two clients are not one, as a sentence without its full stop. reason: as clustering and the review queue name it."""
    if reason in _REFUSALS:
        return t(f"why.{_REFUSALS[reason]}")
    if reason.startswith("conflict: ") and reason.endswith(" differs"):
        return t("why.differs", thing=comparison_name(reason.removeprefix("conflict: ").removesuffix(" differs")))
    told = refusal_words(reason)
    return told[:1].upper() + told[1:]


def decision_name(kind: str) -> str:
    """A kind of decision of the ledger."""
    return _told(f"clients.said_{kind}", None) or words(kind)


def actor_text(kind: str, actor: str) -> str:
    """Who decided, its kind in words; the name of a person, rule or model stays as it is."""
    told = _told(f"clients.actor_{kind}", None)
    return f"{told} {actor.removeprefix(kind).strip()}".strip() if told else actor


def call_name(status: str) -> str:
    """How a call went, as exchanges call it."""
    key = status.lower().replace(" ", "_")
    return _told(f"clients.call_{key}", None) or words(status)


def check_name(code: str) -> str:
    """What holds when a check passes: a file of sql/checks, or an expectation of a quality suite by its English name."""
    key = _NO_WORD.sub("_", code.lower()).strip("_")
    return _told(f"check.{key}", None) or words(code)


def suite_name(code: str) -> str:
    """What the checks of a suite look at."""
    return _told(f"check.suite_{code}", None) or words(code)


def step_name(code: str) -> str:
    """What a step of a run is called."""
    return _told(f"step.{code}", None) or words(code)


def words(code: str) -> str:
    """Any other code as words: `build_marts` is `Build marts`."""
    spaced = code.replace("_", " ")
    return spaced[:1].upper() + spaced[1:]


def _told(key: str, of: Language | None) -> str:
    said = texts().get(key, {}).get(of or language(), "")
    return said if isinstance(said, str) else ""
