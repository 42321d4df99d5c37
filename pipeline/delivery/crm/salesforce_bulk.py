"""A job of Salesforce's Bulk API 2.0: rows as CSV go in one upload, are worked off there, and what became of each is read back.

Made, filled, closed, asked about until it is done. A job whose rows were not all taken over is given up, so that it cannot come into effect
after what is asked later; all its operations may be asked again.
"""

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from io import StringIO
from typing import Any

from pipeline.errors import RetryError, SourceRefusedError
from pipeline.sources.dotted import text_at
from pipeline.sources.http import Answer, CodedRefusalError, Http, ask

_FIRST_WAIT = 1.0
_EMPTIED = "#N/A"
"""What empties a field: an empty cell leaves it alone."""
_WORKING = ("Open", "UploadComplete", "InProgress")
_KNOWN = 60

Asks = Callable[..., Answer]
"""Asks Salesforce: method, path, parameters, and the body by name."""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a row. problem: Salesforce's code; of_field: whether it names a field."""

    record_id: str = ""
    problem: str = ""
    of_field: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkJob:
    """path: of ingest jobs. operation: upsert, update or hardDelete. key: the column by which rows are told apart. patience: how long
    the job may take."""

    path: str
    object_name: str
    operation: str
    key: str
    patience: timedelta


def run_job(http: Http, asks: Asks, job: BulkJob, rows: Sequence[Mapping[str, Any]]) -> dict[str, Result]:
    """Results by the value of the key. None in a row empties the field, a field that a row lacks is left alone.

    Raises RetryError where the job is not done in time, or broke; SourceRefusedError where it does not fit the object.
    """
    told = {
        "object": job.object_name, "operation": job.operation, "contentType": "CSV", "lineEnding": "LF",
        **({"externalIdFieldName": job.key} if job.operation == "upsert" else {}),
    }  # fmt: skip
    own = f"{job.path}/{_id(asks('POST', job.path, json=told), http.source)}"
    try:
        _upload(http, own, _as_csv(rows))
        _close(asks, own)
        state = _end(http, asks, own, job.patience)
    except RetryError:
        _give_up(asks, own)
        raise
    results = _results(asks, own, job.key)
    if state != "JobComplete" and len(results) < len(rows):
        problem = text_at(asks("GET", own).json(), "errorMessage")
        if problem.startswith("InvalidBatch"):
            raise SourceRefusedError(http.source, "a bulk job was refused", "run `leadfold crm test`, correct `fields`")
        raise RetryError(f"crm {http.source}", f"a bulk job ended as {state}, {len(rows) - len(results)} rows undone")
    return results


def _id(answer: Answer, source: str) -> str:
    job_id = text_at(answer.json(), "id")
    if not job_id.isalnum():
        raise RetryError(f"crm {source}", "made a bulk job without an id")
    return job_id


def _upload(http: Http, own: str, body: bytes) -> None:
    """Asked once: a job takes one upload."""
    once = replace(http, limits=replace(http.limits, attempts=1))
    ask(once, "PUT", f"{own}/batches", content=("text/csv", body), as_json=False)


def _close(asks: Asks, own: str) -> None:
    """A job that was closed by a try whose answer was lost refuses to be closed again; what state it is in is asked next."""
    try:
        asks("PATCH", own, json={"state": "UploadComplete"})
    except CodedRefusalError as error:
        if error.code != "INVALIDJOBSTATE":
            raise


def _end(http: Http, asks: Asks, own: str, patience: timedelta) -> str:
    """The state in which the job ended."""
    wait, waited = _FIRST_WAIT, 0.0
    while True:
        state = text_at(asks("GET", own).json(), "state")
        if state not in _WORKING:
            return state
        if waited >= patience.total_seconds():
            raise RetryError(f"crm {http.source}", f"a bulk job was not done in {waited:.0f} s")
        pause = min(wait, http.limits.longest_wait)
        http.sleep(pause)
        waited += pause
        wait *= 2


def _give_up(asks: Asks, own: str) -> None:
    """As far as Salesforce can be reached; the reason is raised by the caller."""
    try:
        asks("PATCH", own, json={"state": "Aborted"})
    except (RetryError, SourceRefusedError):
        return


def _results(asks: Asks, own: str, key: str) -> dict[str, Result]:
    results: dict[str, Result] = {}
    for row in _rows(asks("GET", f"{own}/successfulResults")):
        results[row.get(key, "")] = Result(record_id=row.get("sf__Id", ""))
    for row in _rows(asks("GET", f"{own}/failedResults")):
        results[row.get(key, "")] = _failure(row.get("sf__Error", ""))
    return results


def _failure(text: str) -> Result:
    """`CODE:a sentence:fields --`: the code and whether there are fields; the sentence may quote values."""
    code, _, rest = text.partition(":")
    is_code = code.replace("_", "").isalpha() and code.isupper() and len(code) <= _KNOWN
    fields = rest.rpartition(":")[2].removesuffix("--").strip()
    return Result(problem=code if is_code else "an error without a code", of_field=bool(fields))


def _rows(answer: Answer) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig"), newline="")))


def _as_csv(rows: Sequence[Mapping[str, Any]]) -> bytes:
    columns = sorted({name for row in rows for name in row})
    text = StringIO(newline="")
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: _EMPTIED if value is None else value for name, value in row.items()} for row in rows)
    return text.getvalue().encode()
