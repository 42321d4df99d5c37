"""The two cities are one, in any script and under any of its names."""

from functools import cache, lru_cache
from importlib.resources import files

from rapidfuzz.distance import OSA

from dedup.folding import fold_text


@cache
def _other_names() -> dict[str, str]:
    table: dict[str, str] = {}
    for line in files("dedup.comparison").joinpath("city_names.tsv").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            first, *others = line.split("\t")
            for name in (first, *others):
                table[fold_text(name)] = fold_text(first)
    return table


@lru_cache(maxsize=1 << 16)
def city_key(city: str) -> str:
    """A city folded, its other names (Cracow, Варшава, Питер) brought to one; '' for no letters."""
    folded = fold_text(city)
    for prefix in ("g ", "gorod ", "m ", "city of "):
        folded = folded.removeprefix(prefix)
    return _other_names().get(folded, folded)


def close_cities(left: str, right: str) -> bool:
    """Whether two city keys are a slip apart; short names must be equal."""
    return min(len(left), len(right)) > 5 and OSA.distance(left, right, score_cutoff=1) <= 1
