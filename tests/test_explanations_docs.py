"""Every explanation of docs/explanations.md is what the code says of the records above it.

Run as a script it writes the page anew: `python tests/test_explanations_docs.py`.
"""

import json
import re
from pathlib import Path

import pytest

from dedup import Record, fold, load_model
from dedup.explain_cluster import explain_cluster
from dedup.waterfall import waterfall_svg

DOCS = Path(__file__).parents[1] / "docs"
PAGE = DOCS / "explanations.md"
PICTURE = DOCS / "explanation.svg"
EXAMPLE = re.compile(
    r"^## (?P<title>.+?)$(?P<words>.*?)^```json\n(?P<records>.*?)^```\n+"
    r"(?P<asked>Model `(?P<model>\w+)`, (?:(?P<left>\w+) and (?P<right>\w+)|the client of (?P<member>\w+)):)\n+"
    r"```text\n(?P<told>.*?)^```\n",
    re.MULTILINE | re.DOTALL,
)
EXAMPLES = list(EXAMPLE.finditer(PAGE.read_text(encoding="utf-8")))


def records_of(lines: str) -> list[Record]:
    """The records of an example, one JSON object a line; `seen` is when it came, in days."""
    found = []
    for line in lines.splitlines():
        values = json.loads(line)
        record_id, seen = values.pop("id"), values.pop("seen", None)
        fields = {name: tuple(value) if isinstance(value, list) else (value,) for name, value in values.items()}
        found.append(Record(record_id, fields, None if seen is None else seen * 86_400.0))
    return found


def told_by(example: "re.Match[str]") -> str:
    """What the code says of an example, as it stands in the page."""
    records = records_of(example["records"])
    folded = fold(records, load_model(example["model"]))
    rows = {name: row for row, name in enumerate(folded.match.encoded.ids or ())}
    if example["member"]:
        return explain_cluster(folded.match, [rows[example["member"]]]).text() + "\n"
    return folded.match.explain(rows[example["left"]], rows[example["right"]]).text() + "\n"


def picture() -> str:
    """The picture of the page: of its first example."""
    first = EXAMPLES[0]
    folded = fold(records_of(first["records"]), load_model(first["model"]))
    return waterfall_svg(folded.match.explain(0, 1)) + "\n"


@pytest.mark.parametrize("example", EXAMPLES, ids=[found["title"] for found in EXAMPLES])
def test_an_explanation_of_the_page_is_what_the_code_says(example: "re.Match[str]") -> None:
    assert example["told"] == told_by(example)


@pytest.mark.parametrize("example", EXAMPLES, ids=[found["title"] for found in EXAMPLES])
def test_an_explanation_of_the_page_names_no_value(example: "re.Match[str]") -> None:
    values = {
        value
        for record in records_of(example["records"])
        for held in record.fields.values()
        for text in held
        for value in re.findall(r"\w{4,}", text)
    }
    assert values & set(re.findall(r"\w{4,}", example["told"])) == set()


def test_the_page_has_ten_kinds_of_explanation_each_with_what_to_take_from_it() -> None:
    assert len(EXAMPLES) == 10
    assert PAGE.read_text(encoding="utf-8").count("**What to take from it:** ") == 10


def test_the_picture_of_the_page_is_what_the_code_draws() -> None:
    assert PICTURE.read_text(encoding="utf-8") == picture()


def write_page() -> None:
    """Writes what the code says into the page."""
    text = PAGE.read_text(encoding="utf-8")
    for example in reversed(EXAMPLES):
        text = text[: example.start("told")] + told_by(example) + text[example.end("told") :]
    PAGE.write_text(text, encoding="utf-8")
    PICTURE.write_text(picture(), encoding="utf-8")


if __name__ == "__main__":
    write_page()
