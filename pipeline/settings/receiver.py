"""The HTTP doors: webhooks in, the change feed out, judgements of programs."""

from typing import Annotated

from pydantic import Field

from pipeline.settings.value import Section


class ReceiverSettings(Section):
    """Where webhooks arrive and the change feed is read."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8765
    max_body_bytes: Annotated[int, Field(ge=1024)] = 1_048_576
    feed_token: str = "LEADFOLD_FEED_TOKEN"


class ReviewSettings(Section):
    """Judgements over HTTP. token: the name of the secret that a program shows which writes what people said."""

    token: str = "LEADFOLD_REVIEW_TOKEN"
