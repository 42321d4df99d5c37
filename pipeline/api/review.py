"""Judgements over HTTP: a program of the company reads the queue of doubts and writes what its people said.

Every call carries `Authorization: Bearer <token>`, a token of its own (`[review] token`): who may read the change feed may not judge,
and without the secret every call is refused. Judgements are those of the command line and the dashboard, by the same functions;
all of a call are written in one transaction or none. They take effect with the next fold. Errors are `{"error": "<one sentence>"}`.
"""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Depends, Header, Query, Response
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from pipeline.api.answers import failure
from pipeline.api.authorize import Door, UnauthorizedError
from pipeline.delivery.consumers import JUDGEMENTS
from pipeline.review.judgement import (
    Judged,
    Speaker,
    judge_genuine,
    judge_junk,
    judge_not_same,
    judge_same,
    leads_of,
    take_back,
)
from pipeline.review.queue import Doubt, DoubtfulMerge, doubt_line, doubts, leads_among, queue_lengths, values_of
from pipeline.review.refusal import ContradictionError, JudgementRefusedError, UnknownSubjectError
from pipeline.warehouse.connection import Connection, Role, Warehouse

MOST_AT_ONCE = 500
"""Judgements of one call: each reads the words in force."""


class JudgementBody(BaseModel):
    """One judgement. same, not_same: `left` and `right`, ids of leads or clients; junk: `lead` and `stage`; genuine: `lead`; undo: `decision`,
    a person's earlier judgement."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["same", "not_same", "junk", "genuine", "undo"]
    left: Annotated[str, Field(max_length=60)] = ""
    right: Annotated[str, Field(max_length=60)] = ""
    lead: Annotated[str, Field(max_length=60)] = ""
    stage: Annotated[str, Field(max_length=60)] = ""
    decision: Annotated[int, Field(ge=0, le=2**63 - 1)] = 0
    why: Annotated[str, Field(max_length=2000)] = ""


class JudgementsBody(BaseModel):
    """Judgements of one person. who: a name or login, kept in the ledger."""

    model_config = ConfigDict(extra="forbid")

    who: Annotated[str, Field(min_length=1, max_length=100)]
    judgements: Annotated[list[JudgementBody], Field(min_length=1, max_length=MOST_AT_ONCE)]


class WrittenBody(BaseModel):
    """What became of a judgement: the decision that says so, and whether it is new or stood already."""

    decision_id: int
    is_new: bool


class JudgementsAnswer(BaseModel):
    """What became of each judgement, in their order."""

    judgements: list[WrittenBody]
    takes_effect: str = "with the next fold"


def review_router(
    warehouse: Warehouse, token: SecretStr | None, now: Callable[[], datetime], door: Door | None = None
) -> APIRouter:
    """GET /review and POST /judgements, for the token of `[review]` and for consumers with the scope `judgements`."""
    judge = door(JUDGEMENTS) if door is not None else None

    def authorize(authorization: Annotated[str, Header()] = "") -> None:
        if _shows(authorization, token):
            return
        if judge is None:
            raise UnauthorizedError
        scheme, _, shown = authorization.partition(" ")
        judge(HTTPAuthorizationCredentials(scheme=scheme, credentials=shown) if scheme.lower() == "bearer" else None)

    router = APIRouter(dependencies=[Depends(authorize)], tags=["review"])

    @router.get("/review")
    def read(
        kind: Annotated[Literal["merge", "junk"] | None, Query()] = None,
        limit: Annotated[int, Query(ge=1, le=1000)] = 50,
        values: Annotated[bool, Query()] = False,
    ) -> Response:
        """The doubts that wait for a person, most valuable first.

        {"doubts": [{"doubt": "merge", "left_id", "right_id", "left_client", "right_client", "weight", "chance", "why_one", "why_two",
        "money", "worth", …} or {"doubt": "junk", "lead_id", "client", "stage", "rule", "confidence", …}], "waiting":
        {"merge": 3, "junk": 5}}. values=true adds what the leads of each doubt say, by field.
        """
        with warehouse.transaction(Role.RESOLVER) as connection:
            found = doubts(connection, now(), kind, limit)
            lines = [doubt_line(doubt) | (_values(connection, doubt) if values else {}) for doubt in found]
            lengths = queue_lengths(connection)
        waiting = {"merge": lengths.doubtful_merges, "junk": lengths.doubtful_junk}
        return Response(orjson.dumps({"doubts": lines, "waiting": waiting}), media_type="application/json")

    @router.post("/judgements", response_model=JudgementsAnswer)
    def write(body: JudgementsBody) -> JudgementsAnswer | JSONResponse:
        """Writes what a person said: all of it, or none. The same again writes nothing and names the decision that stands.

        404: an id of nobody. 409: an earlier word says otherwise; {"error", "earlier": [decision ids]}. 400: anything else
        that cannot be judged so. Each error names the place of the judgement in the list, from 0.
        """
        place = 0
        written: list[Judged] = []
        try:
            with warehouse.transaction(Role.RESOLVER) as connection:
                for place, one in enumerate(body.judgements):  # noqa: B007 - where it ended is told
                    written.append(_judge(connection, one, Speaker(body.who, one.why, now())))
        except ContradictionError as error:
            earlier = [said.decision_id for said in error.earlier]
            return JSONResponse({"error": f"judgements.{place}: {error}", "earlier": earlier}, status_code=409)
        except UnknownSubjectError as error:
            return failure(404, f"judgements.{place}: {error}")
        except JudgementRefusedError as error:
            return failure(400, f"judgements.{place}: {error}")
        return JudgementsAnswer(
            judgements=[WrittenBody(decision_id=judged.decision_id, is_new=judged.is_new) for judged in written]
        )

    return router


_NEEDED: Mapping[str, frozenset[str]] = {
    "same": frozenset({"left", "right"}),
    "not_same": frozenset({"left", "right"}),
    "junk": frozenset({"lead", "stage"}),
    "genuine": frozenset({"lead"}),
    "undo": frozenset({"decision"}),
}


def _judge(connection: Connection, said: JudgementBody, speaker: Speaker) -> Judged:
    given = {name for name in ("left", "right", "lead", "stage", "decision") if getattr(said, name)}
    if given != _NEEDED[said.kind]:
        needed = " and ".join(f"`{name}`" for name in sorted(_NEEDED[said.kind]))
        raise JudgementRefusedError(f"`{said.kind}` takes {needed} and nothing else besides `why`", "correct the call")
    if said.kind == "undo":
        return take_back(connection, said.decision, speaker)
    if said.kind == "junk":
        return judge_junk(connection, said.lead, said.stage, speaker)
    if said.kind == "genuine":
        return judge_genuine(connection, said.lead, speaker)
    judge = judge_same if said.kind == "same" else judge_not_same
    return judge(connection, leads_of(connection, said.left), leads_of(connection, said.right), speaker)


def _values(connection: Connection, doubt: Doubt) -> dict[str, Any]:
    if isinstance(doubt, DoubtfulMerge):
        sides = {"left": doubt.left_client, "right": doubt.right_client}
        leads = {side: leads_among(connection, leads_of(connection, client)) for side, client in sides.items()}
        return {"values": {side: values_of(list(found.values())) for side, found in leads.items()}}
    found = leads_among(connection, [doubt.lead_id])
    wrote = {"message": found[doubt.lead_id].message} if doubt.lead_id in found else {}
    return {"values": {**values_of(list(found.values())), **wrote}}


def _shows(authorization: str, token: SecretStr | None) -> bool:
    scheme, _, given = authorization.partition(" ")
    expected = token.get_secret_value() if token is not None else ""
    # Digests have one length, so that the comparison's time tells nothing.
    digests = (hashlib.sha256(text.encode("utf-8", "surrogateescape")).digest() for text in (given.strip(), expected))
    return hmac.compare_digest(*digests) and bool(expected) and scheme.lower() == "bearer"
