import json

from tests.sources.contract.example import Example, Post


def submission(number: int) -> dict:
    """What a webhook plugin of WordPress sends for a Contact Form 7."""
    return {
        "your-name": f"Jan Kowalski {number}",
        "your-email": f"jan{number}@example.net",
        "your-tel": f"501 22 {number // 100:02d} {number % 100:02d}",
        "your-message": "proszę o wycenę",
        "submission_id": f"cf7-{number}",
        "utm_source": "google",
        "gclid": "Cj0abc",
    }


def post(event: dict, secret: str) -> Post:
    headers = {"Content-Type": "application/json", "X-Api-Key": secret.encode("ascii", "replace").decode()}
    return Post(json.dumps(event, ensure_ascii=False).encode(), headers)


EXAMPLE = Example(
    vendor="form",
    options={"secret": "SECRET"},
    expected=lambda n: {
        "name": f"Jan Kowalski {n}",
        "email": f"jan{n}@example.net",
        "phone": f"501 22 {n // 100:02d} {n % 100:02d}",
        "message": "proszę o wycenę",
        "utm_source": "google",
        "click_id": "gclid:Cj0abc",
    },
    event=submission,
    post=post,
    marked=lambda event: event | {"is_test": True},
)
