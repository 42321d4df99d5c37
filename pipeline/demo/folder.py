"""The demo's folder: what each source will serve, the files that are read directly, and the truth, kept apart."""

import csv
import io
import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import orjson

from pipeline.demo.calls import csv_line, table_row
from pipeline.demo.company import DemoCompany
from pipeline.demo.money import spend_files
from pipeline.demo.sites import Delivery, iso
from pipeline.errors import InputFileError

FORMS = "forms.jsonl"
RESPONSES = "typeform-responses.json"
UPDATES = "telegram-updates.jsonl"
LETTERS = "letters"
CALL_FILE = "calls/Master.csv"
CALL_TABLE = "calls/cdr.jsonl"
TRUTH = "truth.csv"
SECRETS = "secrets.json"
SECRET_NAMES = (
    "DEMO_TILDA_SECRET",
    "DEMO_TYPEFORM_TOKEN",
    "DEMO_TYPEFORM_SECRET",
    "DEMO_TELEGRAM_TOKEN",
    "DEMO_IMAP_PASSWORD",
    "LEADFOLD_FEED_TOKEN",
)


def write_demo(company: DemoCompany, folder: Path) -> None:
    """Writes everything of `company` below `folder`; files that are already the same stay untouched."""
    _put(folder / FORMS, _lines(_delivery_row(delivery) for delivery in company.sites.deliveries))
    _put(folder / RESPONSES, orjson.dumps(company.sites.responses))
    _put(folder / UPDATES, _lines(company.updates))
    _put(folder / CALL_TABLE, _lines(table_row(r) for r in company.calls if r.office == "pbx-ru"))
    _put(folder / CALL_FILE, _call_file(company))
    _put_letters(folder / LETTERS, company.letters)
    for name, text in spend_files(company.spend).items():
        _put(folder / "spend" / name, text.encode())
    _put(folder / "rates.csv", _csv(("date", "currency", "rate"), company.rates))
    columns = ("deal_id", "client_ref", "phone", "email", "stage", "amount", "currency", "opened_at", "closed_at")
    deals = [
        (
            d.deal_id,
            "",
            d.phone,
            d.email,
            d.stage,
            d.amount,
            d.currency,
            iso(d.opened_at),
            iso(d.closed_at) if d.closed_at else "",
        )
        for d in company.deals
    ]
    _put(folder / "deals.csv", _csv(columns, deals))
    truth = sorted((t.source, t.external_id, t.person_id, t.stage) for t in company.truth)
    _put(folder / TRUTH, _csv(("source", "external_id", "person_id", "stage"), truth))


def demo_secrets(folder: Path) -> dict[str, str]:
    """The environment of the demo's secrets, made once per folder and kept readable for its owner only."""
    path = folder / SECRETS
    if path.exists():
        return dict(json.loads(path.read_text(encoding="utf-8")))
    folder.mkdir(parents=True, exist_ok=True)
    values = {name: secrets.token_urlsafe(24) for name in SECRET_NAMES}
    values["DEMO_TELEGRAM_TOKEN"] = f"7100200300:{secrets.token_urlsafe(26)}"
    path.touch(mode=0o600)
    path.write_text(json.dumps(values, indent=1), encoding="utf-8")
    return values


def read_lines(path: Path) -> list[Mapping[str, object]]:
    """The JSON documents of a file written by `write_demo`. Raises InputFileError where there is none."""
    return [orjson.loads(line) for line in read_bytes(path).splitlines()]


def read_bytes(path: Path) -> bytes:
    """A file written by `write_demo`. Raises InputFileError where there is none."""
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise InputFileError(path.name, "is not in the demo's folder", "write the demo into it first") from error


def body_of(row: Mapping[str, object]) -> bytes:
    """The bytes of one delivery of forms.jsonl: one letter per byte, because a broken body is no text."""
    return str(row["body"]).encode("latin-1")


def _delivery_row(delivery: Delivery) -> dict[str, str]:
    return {
        "at": iso(delivery.at),
        "source": delivery.source,
        "kind": delivery.kind,
        "content_type": delivery.content_type,
        "body": delivery.body.decode("latin-1"),
    }


def _call_file(company: DemoCompany) -> bytes:
    lines = [csv_line(record) for record in company.calls if record.office == "pbx-pl"]
    for place in (len(lines) // 3, 2 * len(lines) // 3):
        lines.insert(place, lines[place][:60])  # the disk was full for a moment: a line that breaks off
    return ("\n".join(lines) + "\n").encode()


def _put(path: Path, content: bytes) -> None:
    if path.exists() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _put_letters(folder: Path, letters: Sequence[bytes]) -> None:
    names = [f"{number:05d}.eml" for number in range(1, len(letters) + 1)]
    for stale in sorted({path.name for path in folder.glob("*.eml")} - set(names)):
        (folder / stale).unlink()
    for name, letter in zip(names, letters, strict=True):
        _put(folder / name, letter)


def _lines(rows: Iterable[Mapping[str, object]]) -> bytes:
    return b"".join(orjson.dumps(row) + b"\n" for row in rows)


def _csv(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue().encode()
