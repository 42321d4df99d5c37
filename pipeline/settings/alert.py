"""Where trouble is told."""

from typing import Annotated

from pydantic import Field

from pipeline.settings.value import Section


class AlertSettings(Section):
    """Where a failed run is told: a URL that takes a JSON POST; '' writes to the log of the run only.

    consumer_behind_hours: how old an event of the change feed may grow before a consumer that has not taken it is told of.
    """

    webhook: str = ""
    consumer_behind_hours: Annotated[float, Field(gt=0, le=720)] = 6.0
