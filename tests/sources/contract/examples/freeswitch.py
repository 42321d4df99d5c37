import json
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from urllib.parse import quote, urlencode

from tests.sources.contract.example import Example, Fixture, Post

LINE = "48221112233"


def uuid(number: int) -> str:
    return f"51156b0b-f91b-4fd3-9c8f-{number:012x}"


def caller(number: int) -> str:
    return f"+4850122{number:04d}"


def profile(number: int, dialled: str, context: str) -> dict:
    return {
        "username": caller(number), "dialplan": "XML", "caller_id_name": "Anna Nowak", "ani": caller(number), "aniii": "",
        "caller_id_number": caller(number), "network_addr": "192.0.2.7", "rdnis": "", "destination_number": dialled, "uuid": uuid(number),
        "source": "mod_sofia", "context": context, "chan_name": f"sofia/external/{caller(number)}@192.0.2.7",
    }  # fmt: skip


def leg(number: int, **variables: str) -> dict:
    """The record of the leg that began a call, put through to an extension, with its values percent-encoded."""
    began = int(datetime.fromisoformat("2026-08-01T10:00:00+00:00").timestamp()) + 60 * number
    plain = {
        "direction": "inbound", "uuid": uuid(number), "call_uuid": uuid(number), "sip_from_user": caller(number), "sip_from_display": "Anna Nowak",
        "sip_req_user": LINE, "sip_to_user": LINE, "channel_name": f"sofia/external/{caller(number)}@192.0.2.7",
        "bridge_uuid": f"ab0aa08a-ead3-42c6-a365-{number:012x}", "bridge_channel": "sofia/internal/101@192.0.2.9:5060",
        "hangup_cause": "NORMAL_CLEARING", "start_stamp": "2026-08-01 12:00:00", "start_epoch": str(began), "answer_epoch": str(began + 5),
        "bridge_epoch": str(began + 5), "end_epoch": str(began + 30), "duration": "30", "billsec": "25",
    } | variables  # fmt: skip
    return {
        "core-uuid": "60e127b7-2c12-49ca-aacf-00bba4eea101",
        "switchname": "pbx",
        "channel_data": {"state": "CS_REPORTING", "direction": plain["direction"], "state_number": "11"},
        "variables": {name: quote(value, safe="/") for name, value in plain.items()},
        "callflow": [
            {"dialplan": "XML", "profile_index": "2", "caller_profile": profile(number, "101", "default"), "times": {}},
            {"dialplan": "XML", "profile_index": "1", "caller_profile": profile(number, LINE, "public"), "times": {}},
        ],
    }


def post(event: dict, secret: str) -> Post:
    """As `encode` and `cred` are set in FreeSWITCH's own example."""
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Authorization": "Basic " + b64encode(f"leadfold:{secret}".encode()).decode(),
    }
    name = event.get("variables", {}).get("uuid", "") if isinstance(event.get("variables"), dict) else ""
    return Post(urlencode({"cdr": json.dumps(event, ensure_ascii=False)}).encode(), headers, f"uuid=a_{name}")


class Folder:
    """A FreeSWITCH that writes its files."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "json_cdr"
        self.path.mkdir()
        self.options = {"folder": str(self.path)}

    def add(self, number: int) -> None:
        (self.path / f"a_{uuid(number)}.cdr.json").write_text(json.dumps(leg(number)))


@contextmanager
def world(folder: Path, fixture: Fixture) -> Iterator[Folder]:
    del fixture
    yield Folder(folder)


EXAMPLE = Example(
    vendor="freeswitch",
    options={"secret": "SECRET", "page_files": 3},
    expected=lambda n: {
        "phone": caller(n),
        "name": "Anna Nowak",
        "dialled_number": LINE,
        "call_status": "ANSWERED",
        "call_duration": "25",
    },
    event=leg,
    post=post,
    world=world,
)
