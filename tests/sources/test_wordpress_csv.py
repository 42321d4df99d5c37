import csv
import io

import pytest

from pipeline.sources.wordpress_csv import CONNECTOR, pull

PERSON = {"phone": "501 220 001", "email": "jan@example.net"}
EXPORTS = {
    "Flamingo": (
        ["your-name", "your-email", "your-tel", "your-message", "Date"],
        ["Jan Kowalski", "jan@example.net", "501 220 001", "proszę o wycenę", "2026-08-01T10:00:00+00:00"],
        PERSON | {"name": "Jan Kowalski", "message": "proszę o wycenę"},
    ),
    "WPForms": (
        ["Name", "Telefon", "E-mail", "Entry ID", "Entry Date", "Viewed", "Starred", "User Agent", "User IP", "Unique Generated User ID"],
        ["Jan Kowalski", "501 220 001", "jan@example.net", "501", "August 1, 2026 12:00 pm", "1", "0", "Mozilla/5.0", "192.0.2.7", "u-1"],
        PERSON | {"name": "Jan Kowalski"},
    ),
    "Elementor": (
        ["Imię", "Telefon", "E-mail", "Form Name (ID)", "Submission ID", "Created At", "User ID", "User Agent", "User IP", "Referrer"],
        ["Jan Kowalski", "501 220 001", "jan@example.net", "Wycena (3f1c2a7)", "501", "2026-08-01 12:00:00", "0", "Mozilla/5.0", "192.0.2.7",
         "https://okna.example/kontakt/"],
        PERSON | {"name": "Jan Kowalski", "referrer": "https://okna.example/kontakt/"},
    ),
    "Gravity Forms": (
        ["Klient (First)", "Klient (Last)", "Telefon", "Email", "Entry Id", "Entry Date", "Date Updated", "Source Url", "User Agent", "User IP"],
        ["Jan", "Kowalski", "501 220 001", "jan@example.net", "501", "2026-08-01 12:00:00", "2026-08-01 12:00:00", "https://okna.example/",
         "Mozilla/5.0", "192.0.2.7"],
        PERSON | {"first_name": "Jan", "last_name": "Kowalski", "page": "https://okna.example/"},
    ),
}  # fmt: skip


@pytest.fixture
def source(configured, tmp_path):
    return configured("wordpress-csv", base=tmp_path, path="*.csv", timezone="Europe/Warsaw")


def saved(source, now, *rows, delimiter=",", encoding="utf-8"):
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    (source.base / "export.csv").write_bytes(text.getvalue().encode(encoding))
    return [record for page in pull(source, None, now) for record in page.records]


@pytest.mark.parametrize("plugin", EXPORTS)
def test_each_plugins_export_is_read(plugin, source, now):
    header, row, expected = EXPORTS[plugin]
    (enquiry,) = CONNECTOR.read(saved(source, now, header, row), source)
    assert enquiry.fields == expected
    assert enquiry.received_at.isoformat() == "2026-08-01T10:00:00+00:00"


def test_an_entrys_own_id_names_it(source, now):
    header, row, _ = EXPORTS["WPForms"]
    assert saved(source, now, header, row)[0].external_id == "501"


def test_an_export_of_windows_is_read(source, now):
    header, row, expected = EXPORTS["Flamingo"]
    (record,) = saved(source, now, header, row, delimiter=";", encoding="cp1250")
    assert CONNECTOR.read([record], source)[0].fields == expected


def test_what_the_plugin_takes_for_spam_is_told(source, now):
    (record,) = saved(source, now, ["Name", "Email", "Entry ID", "Status"], ["Jan", "jan@example.net", "7", "Spam"])
    (enquiry,) = CONNECTOR.read([record], source)
    assert enquiry.signals == {"vendor_spam": "status spam"}


def test_another_person_under_one_id_is_another_enquiry(source, now):
    header, row, _ = EXPORTS["WPForms"]
    other = ["Ewa Lis", "600 111 222", "ewa@example.net", *row[3:]]
    assert len(CONNECTOR.read(saved(source, now, header, row, other), source)) == 2
