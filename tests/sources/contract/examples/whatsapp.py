import hashlib
import hmac
import json

from tests.sources.contract.example import Example, Post

BEGAN = 1_785_571_200


def number_of(number: int) -> str:
    return f"4850122{number:04d}"


def event(number: int) -> dict:
    """A delivery with a message of the n-th person."""
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "15550783881", "phone_number_id": "106540352242922"},
        "contacts": [{"profile": {"name": f"Anna Nowak {number}"}, "wa_id": number_of(number)}],
        "messages": [
            {
                "from": number_of(number),
                "id": f"wamid.HBgLMTY1MDM4Nzk0MzkVAgASGBQzQTRBNjU5OUFFRTAzODEw{number:06d}",
                "timestamp": str(BEGAN + 60 * number),
                "type": "text",
                "text": {"body": "ile kosztują okna?"},
                "referral": {
                    "source_url": "https://fb.me/3cr4Wqqkv",
                    "source_id": "120226305854810726",
                    "source_type": "ad",
                    "body": "Okna na wymiar",
                    "headline": "Napisz do nas",
                    "media_type": "image",
                    "image_url": "https://scontent.xx.fbcdn.net/v/t45.1",
                    "ctwa_clid": "Aff-n8ZTODiE79d22KtAwQKj9e_mIEOOj27vDVwFjN80dp4",
                },
            }
        ],
    }
    return {
        "object": "whatsapp_business_account",
        "entry": [{"id": "102290129340398", "changes": [{"value": value, "field": "messages"}]}],
    }


def together(events: list) -> dict:
    """Both messages in one change, as they come after the receiver stood still."""
    (entry,), value = events[0]["entry"], events[0]["entry"][0]["changes"][0]["value"]
    others = [event["entry"][0]["changes"][0]["value"] for event in events]
    both = {name: [item for other in others for item in other[name]] for name in ("contacts", "messages")}
    return events[0] | {"entry": [entry | {"changes": [{"value": value | both, "field": "messages"}]}]}


def marked(event: dict) -> dict:
    """What the App Dashboard sends when its button "Test" is pressed."""
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "16505551111", "phone_number_id": "123456123"},
        "contacts": [{"profile": {"name": "test user name"}, "wa_id": "16315551181"}],
        "messages": [
            {
                "from": "16315551181",
                "id": "ABGGFlA5Fpa",
                "timestamp": "1504902988",
                "type": "text",
                "text": {"body": "this is a text message"},
            }
        ],
    }
    return event | {"entry": [{"id": "0", "changes": [{"field": "messages", "value": value}]}]}


def post(event: dict, secret: str) -> Post:
    body = json.dumps(event, ensure_ascii=False).encode()
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return Post(body, {"Content-Type": "application/json", "X-Hub-Signature-256": f"sha256={signature}"})


EXAMPLE = Example(
    vendor="whatsapp",
    options={"secret": "SECRET"},
    expected=lambda n: {
        "name": f"Anna Nowak {n}",
        "phone": f"+{number_of(n)}",
        "handle": f"wa:{number_of(n)}",
        "message": "ile kosztują okna?",
        "campaign_id": "120226305854810726",
        "click_id": "ctwa_clid:Aff-n8ZTODiE79d22KtAwQKj9e_mIEOOj27vDVwFjN80dp4",
        "page": "https://fb.me/3cr4Wqqkv",
        "subject": "Napisz do nas",
    },
    event=event,
    post=post,
    marked=marked,
    together=together,
)
