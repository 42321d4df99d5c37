"""What a link into a messenger carries: the campaign itself, or tags as base64, because a payload takes no `=` and no `&`."""

from base64 import urlsafe_b64decode


def link_fields(payload: str) -> dict[str, str]:
    """Enquiry fields of a link's payload: `utm` where it holds tags, else `campaign_id`; none of an empty one."""
    if not payload:
        return {}
    tags = payload if _are_tags(payload) else _hidden_tags(payload)
    return {"utm": tags} if tags else {"campaign_id": payload}


def _hidden_tags(payload: str) -> str:
    try:
        text = urlsafe_b64decode(payload + "=" * (-len(payload) % 4)).decode("ascii")
    except ValueError:
        return ""
    return text if _are_tags(text) else ""


def _are_tags(text: str) -> bool:
    return text.startswith("utm_") and "=" in text and text.isprintable()
