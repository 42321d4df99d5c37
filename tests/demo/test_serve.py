import imaplib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from pipeline.demo.company import DemoCompany
from pipeline.demo.folder import demo_secrets
from pipeline.demo.json_server import PortTakenError, serve_json
from pipeline.demo.letters import MAILBOX
from pipeline.demo.ports import demo_ports
from pipeline.demo.serve import DemoServers
from pipeline.demo.sites import TYPEFORM_ID
from pipeline.demo.telegram_api import telegram_api
from pipeline.errors import InputFileError


@pytest.fixture
def forms(servers: DemoServers, demo_folder: Path) -> Iterator[httpx.Client]:
    token = demo_secrets(demo_folder)["DEMO_TYPEFORM_TOKEN"]
    base = f"{servers.typeform_url}/forms/{TYPEFORM_ID}"
    with httpx.Client(base_url=base, headers={"Authorization": f"Bearer {token}"}) as client:
        yield client


def _page(client: httpx.Client, **parameters: str | int) -> httpx.Response:
    answer = client.get("/responses", params=parameters)
    return client.get("/responses", params=parameters) if answer.status_code == 429 else answer


def test_all_responses_are_walked_newest_first_by_before_tokens(forms: httpx.Client, company: DemoCompany) -> None:
    tokens: list[str] = []
    page = _page(forms, page_size=20).json()
    while page["items"]:
        tokens += [item["token"] for item in page["items"]]
        page = _page(forms, page_size=20, before=tokens[-1]).json()
    assert tokens == [response["token"] for response in company.sites.responses]


def test_after_walks_towards_the_present(forms: httpx.Client, company: DemoCompany) -> None:
    oldest = company.sites.responses[-1]["token"]
    items = _page(forms, page_size=3, after=oldest).json()["items"]
    assert [item["token"] for item in items] == [r["token"] for r in company.sites.responses[-4:-1]]


def test_since_is_inclusive_and_counts_what_is_left(forms: httpx.Client, company: DemoCompany) -> None:
    third = company.sites.responses[2]
    page = _page(forms, page_size=2, since=third["submitted_at"]).json()
    assert (page["total_items"], page["page_count"]) == (3, 2)


def test_the_first_second_page_is_refused_once_with_retry_after(company: DemoCompany, demo_folder: Path) -> None:
    from pipeline.demo.typeform_api import typeform_api

    with _served("typeform", typeform_api("f", "t", company.sites.responses)) as base:
        url, headers = f"{base}/forms/f/responses", {"Authorization": "Bearer t"}
        asked = [
            httpx.get(url, headers=headers, params={"before": company.sites.responses[0]["token"]}) for _ in range(2)
        ]
    assert [answer.status_code for answer in asked] == [429, 200]
    assert asked[0].headers["Retry-After"] == "1"


@pytest.mark.parametrize(("authorization", "status"), [("Bearer wrong", 401), ("", 401)])
def test_forms_need_the_token(servers: DemoServers, authorization: str, status: int) -> None:
    answer = httpx.get(
        f"{servers.typeform_url}/forms/{TYPEFORM_ID}/responses", headers={"Authorization": authorization}
    )
    assert answer.status_code == status


@contextmanager
def _served(name: str, answer: object) -> Iterator[str]:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    assert callable(answer)
    with serve_json(name, port, answer):
        yield f"http://127.0.0.1:{port}"


def test_an_offset_confirms_updates_for_good(company: DemoCompany) -> None:
    with _served("telegram", telegram_api("1:a", company.updates, {})) as base:
        url = f"{base}/bot1:a/getUpdates"
        first = httpx.get(url, params={"limit": 5}).json()["result"]
        httpx.post(url, json={"offset": first[-1]["update_id"] + 1})
        again = httpx.get(url, params={"limit": 1}).json()["result"]
    assert [update["update_id"] for update in first] == [u["update_id"] for u in company.updates[:5]]
    assert again[0]["update_id"] == company.updates[5]["update_id"]


def test_a_wrong_bot_token_is_refused(servers: DemoServers) -> None:
    answer = httpx.get(f"{servers.telegram_url}/bot0:wrong/getUpdates")
    assert (answer.status_code, answer.json()["ok"]) == (401, False)


def test_the_mailbox_gives_every_letter_byte_for_byte(
    servers: DemoServers, demo_folder: Path, company: DemoCompany
) -> None:
    client = imaplib.IMAP4(servers.imap_host, servers.imap_port, timeout=10)
    client.login(MAILBOX, demo_secrets(demo_folder)["DEMO_IMAP_PASSWORD"])
    client.select("INBOX", readonly=True)
    _, answer = client.uid("FETCH", "1:*", "(BODY.PEEK[])")
    client.logout()
    assert [part[1] for part in answer if isinstance(part, tuple)] == list(company.letters)


def test_the_mailbox_refuses_a_wrong_password(servers: DemoServers) -> None:
    client = imaplib.IMAP4(servers.imap_host, servers.imap_port, timeout=10)
    with pytest.raises(imaplib.IMAP4.error):
        client.login(MAILBOX, "wrong")
    client.shutdown()


def test_a_taken_port_is_named(servers: DemoServers, demo_folder: Path) -> None:
    port = demo_ports(demo_folder).telegram
    with pytest.raises(PortTakenError, match=str(port)), serve_json("telegram", port, telegram_api("1:a", [], {})):
        pass


def test_an_empty_folder_is_told_in_one_line(tmp_path: Path) -> None:
    from pipeline.demo.serve import serve

    with pytest.raises(InputFileError, match="write the demo into it first"), serve(tmp_path):
        pass


def test_in_the_foreground_it_says_when_it_is_ready_and_stops_on_sigterm(demo_folder: Path, tmp_path: Path) -> None:
    for name in ("typeform-responses.json", "telegram-updates.jsonl"):
        (tmp_path / name).write_bytes((demo_folder / name).read_bytes())
    command = [sys.executable, "-m", "pipeline.demo.serve", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=dict(os.environ)) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("ready: forms http://127.0.0.1:")
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 0
