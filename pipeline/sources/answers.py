"""A form's answers as a list of questions, each with its names and its answer: the shape of the lead forms of networks.

Nothing typed is lost: what a question holds beside its names and its answer goes to the message too. A question has no technical
names: what somebody answered is kept even under a label like "Date".
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pipeline.errors import RecordError
from pipeline.sources.field_map import FieldMap, field_of, folded_choice
from pipeline.sources.submission import as_text

Entry = tuple[str | None, str, str]
"""Our field, None where no map knows it; the label; the answer."""


def answer_text(answer: Any) -> str:
    """An answer as a person would type it: several are joined by commas, of an object all that it holds."""
    if isinstance(answer, dict):
        answer = list(answer.values())
    if isinstance(answer, list):
        return ", ".join(text for text in map(answer_text, answer) if text)
    return as_text(answer)


def answer_entries(
    questions: Sequence[Any],
    place: str,
    field_map: FieldMap,
    chosen: Mapping[str, str],
    *,
    names: Sequence[str],
    answer: str,
    aside: Sequence[str] = (),
    text: Callable[[Any], str] = answer_text,
) -> list[Entry]:
    """Entries for `gather`. names: keys that name a question, from technical to human; answer: the key of its answer; aside: keys
    that say nothing; text: the answer's text; chosen: the source's own `fields` option. Raises RecordError with `place`."""
    wanted = folded_choice(chosen)
    entries: list[Entry] = []
    for index, question in enumerate(questions):
        if not isinstance(question, dict):
            raise RecordError(f"{place}[{index}]", "is not an object", "a question with its name and its answer")
        called = [name for key in names if (name := answer_text(question.get(key)))]
        value = text(question.get(answer))
        entries.append((_field(called, value, field_map, wanted), called[-1] if called else "", value))
        known = {answer, *names, *aside}
        entries += [(None, str(key), answer_text(rest)) for key, rest in question.items() if key not in known]
    return entries


def _field(names: Sequence[str], value: str, field_map: FieldMap, wanted: Mapping[str, str]) -> str | None:
    unmapped = FieldMap({}, {}, frozenset())
    for field_names, choice in ((unmapped, wanted), (field_map, {})):
        found = (field_of(name, value, field_names, choice) for name in names)
        if field := next((field for field in found if field), None):
            return field
    return None
