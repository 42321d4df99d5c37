from collections import Counter
from dataclasses import replace
from hashlib import blake2b
from pathlib import Path

import pytest

from pipeline.demo.company import DemoCompany, generate
from pipeline.demo.folder import body_of, read_lines, write_demo
from pipeline.demo.junk import PLAN
from pipeline.demo.sites import Delivery


def _digest(company: DemoCompany, folder: Path) -> str:
    write_demo(company, folder)
    digest = blake2b()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digest.update(path.relative_to(folder).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    assert _digest(generate(3, 120), tmp_path / "a") == _digest(generate(3, 120), tmp_path / "b")


def test_another_seed_gives_another_company(tmp_path: Path) -> None:
    assert _digest(generate(3, 120), tmp_path / "a") != _digest(generate(4, 120), tmp_path / "b")


def test_writing_again_over_a_larger_company_leaves_nothing_of_it(tmp_path: Path) -> None:
    write_demo(generate(3, 300), tmp_path / "a")
    assert _digest(generate(3, 120), tmp_path / "a") == _digest(generate(3, 120), tmp_path / "b")


def test_as_many_leads_as_asked_for(company: DemoCompany) -> None:
    assert len(company.submissions) == 400


@pytest.mark.parametrize("route", ["site-ru", "site-pl", "quiz-en", "mailbox", "telegram", "pbx-pl", "pbx-ru"])
def test_every_source_gets_a_share(company: DemoCompany, route: str) -> None:
    assert sum(s.route == route for s in company.submissions) >= 0.04 * len(company.submissions)


@pytest.mark.parametrize("stage", [*PLAN, "opt_out"])
def test_every_stage_of_junk_occurs(company: DemoCompany, stage: str) -> None:
    assert any(s.stage == stage for s in company.submissions)


def test_junk_is_between_a_tenth_and_a_quarter(company: DemoCompany) -> None:
    assert 0.10 < sum(bool(s.stage) for s in company.submissions) / len(company.submissions) < 0.25


def test_every_person_of_the_population_writes_at_least_once(company: DemoCompany) -> None:
    assert {s.person_id for s in company.submissions} - {""} == {p.person_id for p in company.people}


def test_truth_names_each_record_once(company: DemoCompany) -> None:
    counts = Counter((t.source, t.external_id) for t in company.truth)
    assert max(counts.values()) == 1


def test_junk_has_no_person_unless_somebody_asks_to_be_left_alone(company: DemoCompany) -> None:
    assert {t.stage for t in company.truth if t.stage and t.person_id} == {"opt_out"}


def test_everything_happens_in_the_ninety_days(company: DemoCompany) -> None:
    days = [s.at.date().isoformat() for s in company.submissions]
    assert min(days) >= "2026-07-31"
    assert max(days) <= "2026-10-30"


@pytest.mark.parametrize(
    "share",
    [
        pytest.param(lambda c: sum(d.kind == "redelivery" for d in c.sites.deliveries), id="redelivered webhooks"),
        pytest.param(lambda c: sum(s.double_click for s in c.submissions), id="double clicks"),
        pytest.param(lambda c: sum(s.also_by_mail for s in c.submissions), id="forms that also come by mail"),
        pytest.param(
            lambda c: sum(bool(s.share_contact) and s.shared_own for s in c.submissions), id="own cards shared"
        ),
        pytest.param(lambda c: sum(not s.shared_own for s in c.submissions), id="somebody else's card shared"),
        pytest.param(
            lambda c: sum(u.get("message", {}).get("chat", {}).get("type") == "supergroup" for u in c.updates),
            id="a group chat",
        ),
        pytest.param(lambda c: sum("edited_message" in u for u in c.updates), id="edited messages"),
        pytest.param(
            lambda c: sum(s.route == "pbx-pl" and s.answered_seconds is None for s in c.submissions), id="missed calls"
        ),
        pytest.param(
            lambda c: sum(d.kind == "broken" for d in generate(7, 2000).sites.deliveries), id="webhooks cut short"
        ),
        pytest.param(lambda c: sum(r.dcontext == "from-internal" for r in c.calls), id="internal and outbound calls"),
    ],
)
def test_the_mess_of_life_is_there(company: DemoCompany, share: object) -> None:
    assert callable(share)
    assert share(company) > 0


def test_a_redelivery_is_the_same_bytes_again(company: DemoCompany) -> None:
    again = [d for d in company.sites.deliveries if d.kind == "redelivery"]
    first = {(d.source, d.body) for d in company.sites.deliveries if d.kind == "submission"}
    assert all((d.source, d.body) in first for d in again)


def test_a_webhook_cut_inside_a_letter_keeps_its_bytes(company: DemoCompany, tmp_path: Path) -> None:
    cut = Delivery(company.submissions[0].at, "quiz-en", "application/json", '{"a": "ж'.encode()[:-1], "broken")
    write_demo(replace(company, sites=replace(company.sites, deliveries=(cut,))), tmp_path)
    assert [body_of(row) for row in read_lines(tmp_path / "forms.jsonl")] == [cut.body]
