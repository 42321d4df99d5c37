from urllib.parse import urlencode

from tests.sources.contract.example import Example, Post


def submission(number: int) -> dict:
    """What Elementor posts with "advanced data" on."""
    fields = {
        "name": ("text", "Imię", f"Jan Kowalski {number}"),
        "email": ("email", "Dokąd odpisać", f"jan{number}@example.net"),
        "field_7a1": ("tel", "Dokąd zadzwonić", f"501 22 {number // 100:02d} {number % 100:02d}"),
        "message": ("textarea", "Czego potrzeba", "proszę o wycenę"),
        "utm_source": ("hidden", "", "google"),
    }
    keys = {"form[id]": "3f1c2a7", "form[name]": "Wycena"}
    for name, (kind, title, value) in fields.items():
        parts = {"id": name, "type": kind, "title": title, "value": value, "raw_value": value, "required": "1"}
        keys |= {f"fields[{name}][{part}]": text for part, text in parts.items()}
    meta = {"date": ("Date", "2026-08-01"), "time": ("Time", "10:00"), "page_url": ("Page URL", "https://okna.example/kontakt"),
            "user_agent": ("User Agent", "Mozilla/5.0"), "remote_ip": ("Remote IP", "192.0.2.7"), "credit": ("Powered by", "Elementor")}  # fmt: skip
    for name, (title, value) in meta.items():
        keys |= {f"meta[{name}][title]": title, f"meta[{name}][value]": value}
    return keys


def post(event: dict, secret: str) -> Post:
    key = secret.encode("ascii", "replace").decode()
    pairs = {name: value if isinstance(value, str) else str(value or "") for name, value in event.items()}
    return Post(urlencode(pairs).encode(), {"Content-Type": "application/x-www-form-urlencoded", "X-Api-Key": key})


EXAMPLE = Example(
    vendor="wordpress",
    options={"secret": "SECRET"},
    expected=lambda n: {
        "name": f"Jan Kowalski {n}",
        "email": f"jan{n}@example.net",
        "phone": f"501 22 {n // 100:02d} {n % 100:02d}",
        "message": "proszę o wycenę",
        "utm_source": "google",
        "page": "https://okna.example/kontakt",
    },
    event=submission,
    post=post,
    marked=lambda event: event | {"is_test": "1"},
)
