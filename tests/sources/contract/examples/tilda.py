from urllib.parse import quote_plus, urlencode

from tests.sources.contract.example import Example, Post


def submission(number: int) -> dict[str, str]:
    return {
        "Name": f"Анна Ковалёва {number}",
        "Phone": f"+7 (916) 555-{number // 100:02d}-{number % 100:02d}",
        "Email": f"anna{number}@example.net",
        "Textarea": "сколько стоит окно?",
        "tranid": f"1234:{number}",
        "formid": "form77",
        "formname": "Заявка",
        "COOKIES": "_ga=1; TILDAUTM=utm_source%3Dyandex%7C%7C%7Cutm_medium%3Dcpc; last=1",
    }


def post(event: dict, secret: str) -> Post:
    # A form sends text only: what is no text arrives as its text.
    body = urlencode({name: "" if value is None else str(value) for name, value in event.items()}, quote_via=quote_plus)
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Api-Key": secret.encode("ascii", "replace").decode(),
    }
    return Post(body.encode(), headers)


EXAMPLE = Example(
    vendor="tilda",
    options={"secret": "SECRET"},
    expected=lambda n: {
        "name": f"Анна Ковалёва {n}",
        "phone": f"+7 (916) 555-{n // 100:02d}-{n % 100:02d}",
        "email": f"anna{n}@example.net",
        "message": "сколько стоит окно?",
        "utm": "utm_source=yandex&utm_medium=cpc",
    },
    event=submission,
    post=post,
    marked=lambda event: event | {"test": "test"},
)
