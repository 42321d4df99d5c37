"""A small company with one lead on each of two sources, and ways to look for them where they must not be."""

import os
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

from pipeline.lead import RawRecord
from pipeline.sources.page import Page
from pipeline.warehouse import embedded
from pipeline.warehouse.connection import Warehouse
from pipeline.warehouse.landing import land

NAME = "Zygfryda Kanarkowska"
PHONE = "+48 601 987 321"
CALLER = "48602876432"
EMAIL = "z.kanarkowska@kanarek-okna.pl"
MESSAGE = "Proszę o wycenę trzech okien do domku pod Kanarkowem"
SECRET = "s3cret-of-the-canary"
CANARIES = (
    "Kanarkowska", "Zygfryda", "601987321", "601 987 321", "602876432", "z.kanarkowska", "kanarek-okna", "Kanarkowem", SECRET,
)  # fmt: skip

CONFIGURATION = """
[company]
name = "Małe Okna"
region = "PL"
timezone = "Europe/Warsaw"

[[source]]
name = "site-pl"
vendor = "form"
site = "pl"
secret = "SITE_SECRET"

[[source]]
name = "office-pbx"
vendor = "asterisk-file"
path = "Master.csv"

[[source]]
name = "old-site"
vendor = "form"
secret = "SITE_SECRET"
enabled = false
"""


@dataclass(frozen=True)
class Company:
    """A small company: a site, a PBX, and one lead on each that must never be seen outside the warehouse."""

    folder: Path
    warehouse: Warehouse

    def post(self, **fields: str) -> None:
        """Lands one submission of the site, as the receiver does."""
        body = urlencode(fields).encode()
        record = RawRecord(
            source="site-pl", external_id=fields["submission_id"], group_key=fields["submission_id"], body=body,
            media_type="application/x-www-form-urlencoded", received_at=datetime.now(UTC),
        )  # fmt: skip
        land(self.warehouse, Page(source="site-pl", records=(record,)), datetime.now(UTC))

    def call(self, caller: str, unique_id: str) -> None:
        """Adds one answered call to the PBX's file."""
        cells = (
            "", caller, "74991234567", "from-trunk", caller, "PJSIP/trunk-1", "PJSIP/101-2", "Dial", "PJSIP/101",
            "2026-10-01 10:00:00", "2026-10-01 10:00:05", "2026-10-01 10:02:05", "125", "120", "ANSWERED", "DOCUMENTATION",
            unique_id, "",
        )  # fmt: skip
        with (self.folder / "Master.csv").open("a") as file:
            file.write(",".join(f'"{cell}"' for cell in cells) + "\n")


def dumped(url: str) -> str:
    """A whole database as text."""
    done = subprocess.run(
        (str(embedded.binaries() / "pg_dump"), "--dbname", url), capture_output=True, text=True, check=True,
        env={"PATH": os.environ["PATH"]},
    )  # fmt: skip
    return done.stdout


def sightings(text: str) -> list[str]:
    """Which canaries a text holds, as written or as hexadecimal bytes."""
    plain, low = text, text.lower()
    return [canary for canary in CANARIES if canary in plain or canary.encode().hex() in low]
