"""Hostile variants of every vendor's records: nothing but RecordError, and no digit of a phone that still stands there is lost.

`make fuzz` tries fifty thousand of them; here a few of each vendor, the same in every run.
"""

import copy
import itertools
import os
import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import orjson

from pipeline.conform import ConformContext, conform
from pipeline.errors import RecordError
from pipeline.lead import RawRecord
from pipeline.sources.configured import ConfiguredSource
from tests.sources.contract.conftest import EXAMPLES
from tests.sources.contract.example import SECRETS, Example

VARIANTS = int(os.environ.get("LEADFOLD_FUZZ") or 60 * len(EXAMPLES)) // len(EXAMPLES)
RECORDS = 12
JUNK: tuple[Any, ...] = (
    None,
    True,
    -1,
    2**60,
    1.5e308,
    "",
    " ",
    "\x00",
    "\ud800"[:0],
    "ё" * 5000,
    [],
    {},
    [[]],
    {"a": {"b": []}},
    "<b>&amp;</b>",
    "=1+1",
    "%D0",
    "null",
)
BYTES = (
    b"\x00",
    b"\xff\xfe",
    b"\r\n",
    b"%",
    b"&",
    b"=",
    b'"',
    b"{",
    b"]",
    b"\xd0",
    b"\x1b[31m",
    b"=?utf-8?b?",
    b"--",
    b"," * 50,
)


def landed(
    example: Example, source: ConfiguredSource, world: Any, now: Callable[[], Any]
) -> list[tuple[int, RawRecord]]:
    """Records of the first persons, by webhook where the vendor has one, else pulled."""
    if example.event is not None and example.post is not None and source.connector.complete is None:
        found = []
        for number in range(RECORDS):
            post = example.post(example.event(number), SECRETS["SECRET"])
            found += [
                (number, record)
                for record in source.connector.receive(source, post.body, post.headers, post.query, now).records
            ]  # type: ignore[misc]
        return found
    for number in range(RECORDS):
        world.add(number)
    assert source.connector.pull is not None
    pulled = [record for page in source.connector.pull(source, None, now) for record in page.records]
    by_time = sorted(pulled, key=lambda record: (record.occurred_at or now(), record.external_id))
    return list(enumerate(by_time))


def places(document: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = list(
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    return [place for key, value in inner for place in ((*path, key), *places(value, (*path, key)))]


def changed_json(body: bytes, chance: random.Random) -> bytes:
    document = orjson.loads(body)
    for _ in range(chance.randint(1, 3)):
        found = places(document)
        if not found:
            break
        *way, last = chance.choice(found)
        holder = document
        for step in way:
            holder = holder[step]
        how = chance.randrange(5)
        if how == 0:
            del holder[last]
        elif how == 1:
            holder[last] = copy.deepcopy(chance.choice(JUNK))
        elif how == 2:
            holder[last] = [holder[last], copy.deepcopy(chance.choice(JUNK))]
        elif isinstance(holder, dict):
            name = f"{last}_v2" if how == 3 else chance.choice(["", "phone", "Ваш телефон", "id", "x" * 300])
            holder[name] = holder.pop(last)
        else:
            holder.append(copy.deepcopy(holder[last]))
    return orjson.dumps(document)


def changed_bytes(body: bytes, chance: random.Random) -> bytes:
    for _ in range(chance.randint(1, 4)):
        start = chance.randint(0, len(body))
        how = chance.randrange(4)
        if how == 0:
            body = body[:start] + chance.choice(BYTES) + body[start:]
        elif how == 1:
            body = body[:start] + body[start + chance.randint(1, 8) :]
        elif how == 2:
            body = body[:start]
        else:
            piece = body[start : start + chance.randint(1, 60)]
            body = body[:start] + piece + body[start:]
    return body


def variant(record: RawRecord, chance: random.Random) -> RawRecord:
    body = record.body
    try:
        orjson.loads(body)
        body = changed_json(body, chance) if chance.random() < 0.7 else changed_bytes(body, chance)
    except orjson.JSONDecodeError:
        body = changed_bytes(body, chance)
    return replace(record, body=body)


def digits(text: str) -> str:
    return "".join(letter for letter in text if letter.isascii() and letter.isdigit())


def test_variants_are_read_or_refused(example, source_of, tmp_path, request, now):
    chance = random.Random(f"{example.vendor} 1")
    if example.world is None:
        check(example, source_of(example), None, chance, now)
        return
    with example.world(tmp_path, request.getfixturevalue) as world:
        check(example, source_of(example, **world.options), world, chance, now)


def check(
    example: Example, source: ConfiguredSource, world: Any, chance: random.Random, now: Callable[[], Any]
) -> None:
    originals = landed(example, source, world, now)
    assert originals
    compared = 0
    for number, record in itertools.islice(itertools.cycle(originals), VARIANTS):
        hostile = variant(record, chance)
        others = [other for _, other in originals if other.group_key == record.group_key and other is not record]
        try:
            enquiries = source.connector.read([hostile, *others], source)
            leads = [conform(enquiry, ConformContext(region="PL")) for enquiry in enquiries]
        except RecordError:
            continue
        assert leads
        written = example.expected(number).get("phone", "")
        if digits(written) and stands_as_before(written, record.body, hostile.body):
            told = "".join(value for enquiry in enquiries for value in enquiry.fields.values())
            assert digits(written) in digits(told), hostile.body.decode("utf-8", "replace")
            compared += 1
    numbers = [(example.expected(number).get("phone", ""), record.body) for number, record in originals]
    plain = any(digits(written) and written.encode() in body for written, body in numbers)
    assert compared or not plain, "no variant left its number where it stood"


def stands_as_before(written: str, before: bytes, after: bytes) -> bool:
    """Whether a number still stands where it stood: at the same place of a document, or behind the same beginning of other bytes."""
    try:
        old, new = orjson.loads(before), orjson.loads(after)
    except orjson.JSONDecodeError:
        end = before.find(written.encode())
        return end >= 0 and after.startswith(before[: end + len(written) + 1])
    found = holding(old, written)
    return bool(found) and found == holding(new, written)


def holding(document: Any, written: str, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Places of texts that hold a number, each with the keys beside it where they are few: one of them may name it."""
    inner = list(
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    beside = tuple(sorted(map(str, document))) if isinstance(document, dict) and len(document) < 5 else ()
    found = [(*path, key, beside) for key, value in inner if isinstance(value, str) and written in value]
    return found + [place for key, value in inner for place in holding(value, written, (*path, key))]
