"""The two companies are one name; whether they are one legal person, a tax id says."""

from functools import lru_cache

from rapidfuzz.distance import OSA

from dedup.folding import fold_text

# ЗАО and ОАО were renamed АО and ПАО by the law of 2014; the same company appears under both.
_RENAMED_FORMS = {"ЗАО": "АО", "ОАО": "ПАО", "ZAO": "AO", "OAO": "PAO"}


@lru_cache(maxsize=1 << 17)
def company_key(core: str) -> str:
    """A company's core name folded; & and `and` dropped, hyphen as space, single letters (А.Б.В.) joined."""
    words = [word for word in fold_text(core).split() if word not in ("and", "i")]
    if words and all(len(word) == 1 for word in words):
        return "".join(words)
    return " ".join(words)


def close_companies(left: str, right: str) -> bool:
    """Whether two company keys are a slip apart or one's words in another order; a word more is another company."""
    if sorted(left.split()) == sorted(right.split()):
        return True
    if len(left.split()) != len(right.split()):
        return left.replace(" ", "") == right.replace(" ", "")
    shorter = min(len(left), len(right))
    allowed = 0 if shorter < 6 else 1 if shorter < 12 else 2
    return allowed > 0 and OSA.distance(left, right, score_cutoff=allowed) <= allowed


def same_legal_form(left: str, right: str) -> bool:
    """Whether two codes of legal forms mean one form, old names of a form included."""
    return _RENAMED_FORMS.get(left, left) == _RENAMED_FORMS.get(right, right)
