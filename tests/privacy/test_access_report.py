"""What is held on a person: everything, and nothing of others; and the certificate and the commands beside it."""

from pathlib import Path

import orjson
import pytest
from sqlalchemy import text

from pipeline.privacy.access_report import access_report, report_html, report_json
from pipeline.privacy.certificate import acknowledge, certificate, certificate_text, is_genuine
from pipeline.privacy.erasure import erase
from pipeline.privacy.suppression import suppress_person
from pipeline.warehouse.connection import Warehouse
from tests.company import fold_all, post, select
from tests.privacy.people import ANNA, MAREK, Clock, client_named, company_of_every_kind, folded_person, private_company

pytestmark = pytest.mark.postgres


def test_the_report_holds_every_record_and_lead_of_the_person_and_no_other(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    shop = company_of_every_kind(warehouse, tmp_path, Clock())
    client = folded_person(shop)
    suppress_person(shop, [client], ["sms"], "officer", "request 1")
    report = access_report(shop, [client])
    # A search of all bodies by force says the same.
    held = {row[0]: bytes(row[1]) for row in select(warehouse, "select record_id, body from raw.record")}
    theirs = {number for number, body in held.items() if any(sign in body for sign in (b"601", b"Zygfryda"))}
    assert {record["record_id"] for record in report["records"]} == theirs
    assert len(report["leads"]) == len(theirs)
    assert [deal["deal_id"] for deal in report["deals"]] == ["crm/17"] or report["deals"]
    assert report["suppressed"][0]["channels"] == ["sms"]
    assert "Zieliński" not in report_json(report)
    assert "Proszę o wycenę" in report_html(report)


def test_the_report_names_the_company_and_what_ties_the_person_to_it(warehouse: Warehouse, tmp_path: Path) -> None:
    shop = private_company(warehouse, tmp_path)
    post(shop, "1", **ANNA, Company="Kanarek Okna sp. z o.o.")
    post(shop, "2", **MAREK | {"Email": "marek@kanarek-okna.example"})
    fold_all(shop)
    report = access_report(shop, [client_named(warehouse, "Kanarkowska")])
    told = [(held["name"], held["state"], held["tied_by"], held["until"]) for held in report["accounts"]]
    assert told == [("Kanarek Okna sp. z o.o.", "live", ["domain"], None)]
    assert "Kanarek Okna" in report_html(report)
    assert "Zieliński" not in report_json(report)


def _told_the_same(warehouse: Warehouse, *names: str) -> None:
    """A person said that all leads are one client's."""
    with warehouse.transaction(None) as connection:
        ids = [
            connection.execute(text("select lead_id from core.lead where name_full = :name"), {"name": name}).scalar()
            for name in names
        ]
        for other in ids[1:]:
            connection.execute(
                text(
                    "insert into core.decision (kind, lead_ids, actor_kind, actor, decided_at)"
                    " values ('match', array[cast(:a as uuid), cast(:b as uuid)], 'person', 'Ewa', now())"
                ),
                {"a": ids[0], "b": other},
            )


FIRM = {"Company": "Okna Plus sp. z o.o.", "NIP": "5260001246"}


def test_colleagues_on_one_tax_number_are_withheld_and_counted(warehouse: Warehouse, tmp_path: Path) -> None:
    shop = private_company(warehouse, tmp_path)
    post(shop, "1", **ANNA, **FIRM)
    post(shop, "2", **MAREK, **FIRM, Comment="mój PESEL 85010112345", City="Radom")
    post(shop, "3", Phone="22 345 67 89", **FIRM)
    fold_all(shop)
    _told_the_same(warehouse, "Zygfryda Kanarkowska", "Marek Zieliński", "")
    fold_all(shop)
    (client,) = (row[0] for row in select(warehouse, "select client_id::text from core.client where state = 'live'"))
    his, hers = (access_report(shop, [client], name) for name in ("Marek Zieliński", "Zygfryda Kanarkowska"))
    assert [lead["fields"]["name_full"] for lead in hers["leads"]] == ["Zygfryda Kanarkowska"]
    assert [
        value for value in ("Zieliński", "602345678", "223456789", "PESEL", "Radom") if value in report_json(hers)
    ] == []
    assert [value for value in ("Kanarkowska", "601987321", "kanarek") if value in report_json(his)] == []
    assert "5260001246" in report_json(hers)
    counted = {(one["what"], one["number"]) for one in hers["withheld"]}
    assert {("enquiries", 1), ("records", 2)} <= counted
    assert len([one for one in hers["withheld"] if one["what"] == "enquiries"]) == 2
    assert "the name on it contradicts yours" in report_html(hers)


def test_a_contact_leads_to_the_person_who_has_it(warehouse: Warehouse, tmp_path: Path) -> None:
    shop = private_company(warehouse, tmp_path)
    post(shop, "1", **ANNA, **FIRM)
    post(shop, "2", **MAREK, **FIRM)
    fold_all(shop)
    _told_the_same(warehouse, "Zygfryda Kanarkowska", "Marek Zieliński")
    fold_all(shop)
    report = access_report(shop, [MAREK["Phone"]])
    assert report["person"] == "Marek Zieliński"
    assert "Kanarkowska" not in report_json(report)


def test_a_family_on_one_phone_does_not_hear_of_each_other(warehouse: Warehouse, tmp_path: Path) -> None:
    shop = private_company(warehouse, tmp_path)
    post(shop, "1", **ANNA)
    post(shop, "2", Name="Jan Kanarkowski", Phone=ANNA["Phone"], Comment="po rozwodzie")
    post(shop, "3", Phone=ANNA["Phone"], Comment="oddzwońcie")
    fold_all(shop)
    report = access_report(shop, [client_named(warehouse, "Zygfryda")])
    assert [value for value in ("Kanarkowski", "rozwodzie", "oddzwońcie") if value in report_html(report)] == []
    assert report["contacts_shared_with_others"] == ["+48601987321"]


def test_what_a_stranger_typed_cannot_run_in_the_report(warehouse: Warehouse, tmp_path: Path) -> None:
    shop = private_company(warehouse, tmp_path)
    post(shop, "1", **ANNA, Comment="<script>alert(1)</script>")
    fold_all(shop)
    page = report_html(access_report(shop, [ANNA["Email"]]))
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_the_certificate_tells_what_went_and_who_has_not_yet_answered(warehouse: Warehouse, tmp_path: Path) -> None:
    shop = private_company(warehouse, tmp_path)
    post(shop, "1", **ANNA)
    post(shop, "2", **MAREK)
    fold_all(shop)
    with warehouse.transaction(None) as connection:
        for name in ("crm-one", "mailing"):
            connection.execute(
                text("insert into ops.consumer (consumer, kind, created_at) values (:name, 'feed', now())"),
                {"name": name},
            )
    done = erase(shop, [client_named(warehouse, "Kanarkowska")], "officer", "request 9")
    # One consumer comes past the event by itself, a person tells of the other.
    with warehouse.transaction(None) as connection:
        connection.execute(
            text(
                "update ops.consumer set server_id = 1, written_by = last.written_by, seq = last.seq, position_at = now()"
                " from (select written_by, seq from core.outbox order by written_by desc, seq desc limit 1) as last"
                " where consumer = 'crm-one'"
            )
        )
    document = certificate(shop, done.erasure_id)
    told = {one["consumer"]: one["told_by"] for one in document["recipients"]}
    assert told == {"crm-one": "change feed", "mailing": ""}
    assert document["searches"][0]["found"] == {}
    assert document["counts"]["records"] == 1
    page = certificate_text(document)
    assert "OPEN" in page
    assert str(done.erasure_id) in page
    assert acknowledge(shop, done.erasure_id, "mailing", "officer")
    assert not acknowledge(shop, done.erasure_id, "mailing", "officer")
    assert "OPEN" not in certificate_text(certificate(shop, done.erasure_id))


def test_a_changed_certificate_is_no_longer_genuine() -> None:
    from pipeline.privacy import certificate as room

    document = {"counts": {"leads": 2}}
    sealed = document | {"sha256": room._seal(document)}
    assert is_genuine(orjson.loads(orjson.dumps(sealed)))
    assert not is_genuine(sealed | {"counts": {"leads": 1}})
