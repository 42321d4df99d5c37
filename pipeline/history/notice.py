"""Webhooks of CRMs: a notice that something changed, which names it by its id. It lands, and the next pull fetches what it names.

A notice is a group of its own: the notice, and an answer once what it names was asked for; of nobody, so that it is set aside as a
record without a person. What was deleted in the CRM gives no notice: what is known stays known (docs/history.md). What can go wrong:
a CRM that gives up sending; its lists are walked all the same, with `schedule`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Annotated

import orjson
from pydantic import Field

from pipeline.history.known import NOTICE, HistoryOptions, is_notice
from pipeline.history.walk import Item, item_record
from pipeline.lead import RawRecord
from pipeline.sources.connector import Clock, ConfiguredSource, Received, SecretName
from pipeline.sources.hook import Hook, ProofOptions, receiving
from pipeline.sources.page import Page

Receive = Callable[[ConfiguredSource, bytes, Mapping[str, str], str, Clock], Received]
DEAL = "deal"
"""The kind whose records are deals, in every vendor's keys."""


class NoticedOptions(HistoryOptions, ProofOptions):
    """secret: the name of the secret that webhooks prove themselves by; without one there are none. walk_hours: with webhooks, how
    often the lists are walked all the same."""

    secret: SecretName = ""
    walk_hours: Annotated[float, Field(ge=0, le=168)] = 20.0

    @property
    def every(self) -> timedelta | None:
        """How long lists rest between two walks."""
        return timedelta(hours=self.walk_hours) if self.secret else None


def notice_id(kind: str, own_id: str, *told: str) -> str:
    """The id of a notice. kind, own_id: what changed, `deal` and `17`; told: what tells this change from the next one."""
    return f"{NOTICE}{kind}:{own_id}:{'.'.join(part for part in told if part)}"


def noticing(hook: Hook) -> Receive:
    """A connector's `receive` for deliveries whose events are notices.

    What lands is what a notice names, and nothing else of the delivery: that may hold a token of the CRM, or a person's name where
    no erasure would look for it.
    """
    hook = replace(hook, waiting=True, facts={"history": "1"})

    def receive(source: ConfiguredSource, body: bytes, headers: Mapping[str, str], query: str, now: Clock) -> Received:
        received = receiving(hook)(source, body, headers, query, now)
        return replace(received, records=tuple(map(_bare, received.records)))

    return receive


def _bare(record: RawRecord) -> RawRecord:
    if not is_notice(record.group_key):
        return record
    named = orjson.dumps({"changed": record.external_id.removeprefix(NOTICE)})
    return replace(record, body=named, media_type="application/json")


def named_by(waiting: Sequence[RawRecord], kinds: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
    """The ids that notices name, by kind, each once; kinds that are not read are left out."""
    found: dict[str, dict[str, None]] = {}
    for record in waiting:
        if is_notice(record.group_key):
            kind, own_id = record.group_key.removeprefix(NOTICE).split(":")[:2]
            if kind in kinds:
                found.setdefault(kind, {})[own_id] = None
    return {kind: tuple(found[kind]) for kind in kinds if kind in found}


def completed(
    source: ConfiguredSource,
    waiting: Sequence[RawRecord],
    now: Clock,
    kinds: Sequence[str],
    most: int,
    ask: Callable[[str, Sequence[str]], Sequence[Item]],
) -> Iterator[Page]:
    """Pages with what notices name, then the answers to the notices.

    ask(kind, ids) gives the items of at most `most` ids; what is not there any more is left out.
    """
    for kind, ids in named_by(waiting, kinds).items():
        for start in range(0, len(ids), most):
            items = ask(kind, ids[start : start + most])
            records = tuple(item_record(source, item, now, is_deal=kind == DEAL) for item in items)
            yield Page(source=source.name, records=records)
    yield Page(source=source.name, records=tuple(_answer(record, now) for record in waiting))


def _answer(notice: RawRecord, now: Clock) -> RawRecord:
    return RawRecord(
        source=notice.source,
        external_id=notice.external_id,
        group_key=notice.group_key,
        body=orjson.dumps({"fetched_for": notice.external_id}),
        media_type="application/json",
        received_at=now(),
        transport={"by": "pull", "history": "1"},
    )
