"""What the weighing of two leads says, in the language of the page: made of the codes that dedup leaves beside its English sentences."""

from collections.abc import Iterable

from dedup import kinds
from dedup.explain import Explanation, ExplanationRow
from dedup.explain_cluster import Link
from dedup.model import MERGE_TERMS
from dedup.sentences import SENTENCES, Remark, Said
from dedup.wishes import Wish
from pipeline.dashboard.figures import count_text, tenths_text
from pipeline.dashboard.names import comparison_name, refusal_text
from pipeline.dashboard.texts import t, texts

SUREST = 0.999
"""A chance beyond which, and below the rest of which, no more digits are told."""


def row_text(row: ExplanationRow) -> str:
    """What one comparison says, with its remarks."""
    if row.said is None:  # of a kind that today's code does not know
        return row.detail
    return "; ".join([_claim(row, row.said), *map(_remark, row.said.remarks)])


def link_text(link: Link) -> str:
    """What ties two leads in one line, or why they are not one."""
    if link.refused:
        return refusal_text(link.refused)
    if not link.told:
        return link.reason
    heads = [_claim(row, row.said) if row.said is not None else row.detail for row in link.told]
    return "; ".join([*heads[:1], *(head[:1].lower() + head[1:] for head in heads[1:])])


def held_text(told: Explanation) -> str:
    """What a merge needs and the pair lacks."""
    if not told.needs:
        return t("pair.needs_more")
    needs = (t("pair.and").join(map(_need, need)) for need in told.needs)
    return t("pair.needs", needs=t("pair.or").join(dict.fromkeys(needs)))


def wish_text(wish: Wish) -> str:
    """A change to a pair."""
    if not wish.parts:
        return wish.change
    parts = (t(f"pair.wish_{code}", thing=comparison_name(comparison)) for code, comparison in wish.parts)
    return _sentence(t("pair.wish_and").join(parts))


def chance_text(chance: float) -> str:
    """How likely two leads are one and the same."""
    if chance > SUREST:
        return t("why.chance_over", share=tenths_text(SUREST))
    if chance < 1 - SUREST:
        return t("why.chance_under", share=tenths_text(1 - SUREST))
    return tenths_text(chance)


def _claim(row: ExplanationRow, said: Said) -> str:
    key = f"pair.{said.kind}_{row.level}" if said.pattern == "own" else f"pair.{said.pattern}"
    template = SENTENCES.get((said.kind, row.level), "") if said.pattern == "own" else ""
    detail = _relations(said, row.level)
    if "{detail}" in template and not said.relations:
        told = detail
    elif said.pattern == "shared":
        people = t("pair.people", n=said.people) if said.people > 1 else t("pair.several")
        told = t(key, thing=comparison_name(row.comparison), people=people)
    else:
        told = t(key, thing=comparison_name(row.comparison), detail=detail)
    return _sentence(told + (t("pair.says_nothing") if said.is_nothing else ""))


def _relations(said: Said, level: str) -> str:
    """How the two values relate; the level's claim where only that is known."""
    if said.kind == "person_name" and said.relations:
        return ", ".join(map(_name_part, said.relations))
    keys = [f"pair.says_{said.kind}_{code}" for code in said.relations]
    if not keys and said.pattern == "plain" and said.has_values:
        keys = [f"pair.says_{said.kind}_{level}"]
    if not keys:
        keys = [f"pair.claim_{said.kind}_{level}"]
    return ", ".join(t(key) for key in keys if key in texts())


def _name_part(code: str) -> str:
    part, _, how = code.partition("_")
    return t("pair.name_part", part=t(f"pair.name_{part}"), how=t(f"pair.name_is_{how}"))


def _remark(remark: Remark) -> str:
    if remark.code == "bearers":
        return t("pair.bearers", count=count_text(remark.number))
    if remark.code == "years":
        return t("pair.years", n=remark.number)
    return t(f"pair.{remark.code}")


def _need(term: str) -> str:
    if term in MERGE_TERMS:
        return t(f"pair.need_{term}")
    return t("pair.need_same", thing=comparison_name(term))


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def keys_of_every_level() -> Iterable[str]:
    """The texts that the levels of all kinds of comparison may ask for; a test holds them to be there."""
    for kind in kinds.KINDS:
        module = kinds.module_of(kind)
        for words in module.LEVELS:
            template = SENTENCES.get((kind, words.name))
            if template is not None:
                yield f"pair.{kind}_{words.name}"
            if "{detail}" in (template or ("" if _is_told_alike(kind, words.name) else "{detail}")):
                yield f"pair.claim_{kind}_{words.name}"
        for code in getattr(module, "DETAILS", {}):
            yield f"pair.says_{kind}_{code}"


def _is_told_alike(kind: str, level: str) -> bool:
    return level == "differ" or (kinds.is_contact(kind) and level in ("equal", "shared"))
