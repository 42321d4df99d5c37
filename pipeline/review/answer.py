"""A person's answer to a doubt of the queue: what is shown as a whole is judged as a whole."""

from collections.abc import Mapping
from typing import Literal

from pipeline.review.judgement import Judged, Speaker, judge_genuine, judge_junk, judge_not_same, judge_same, leads_of
from pipeline.review.queue import Doubt, DoubtfulMerge
from pipeline.warehouse.connection import Connection

Answer = Literal["same", "not_same", "junk", "genuine"]

KEYS: Mapping[str, Answer] = {"s": "same", "n": "not_same", "j": "junk", "g": "genuine"}


def answers_to(doubt: Doubt) -> tuple[Answer, ...]:
    """The answers that a doubt takes."""
    return ("same", "not_same") if isinstance(doubt, DoubtfulMerge) else ("junk", "genuine")


def answer(connection: Connection, doubt: Doubt, said: Answer, speaker: Speaker, stage: str = "") -> Judged:
    """Judges both clients of a doubtful merge with all their leads, or the lead of doubtful junk. stage: of junk, where it is another than
    the one proposed. Raises ContradictionError, JudgementRefusedError; ValueError for an answer that this doubt does not take."""
    if said not in answers_to(doubt):
        raise ValueError(f"a doubt of this kind takes {' or '.join(answers_to(doubt))}")
    if isinstance(doubt, DoubtfulMerge):
        judge = judge_same if said == "same" else judge_not_same
        return judge(
            connection, leads_of(connection, doubt.left_client), leads_of(connection, doubt.right_client), speaker
        )
    if said == "junk":
        return judge_junk(connection, doubt.lead_id, stage or doubt.stage, speaker)
    return judge_genuine(connection, doubt.lead_id, speaker)
