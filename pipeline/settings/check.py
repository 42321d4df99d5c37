"""What is kept of the checks of each run."""

from typing import Annotated

from pydantic import Field

from pipeline.settings.value import Section


class CheckSettings(Section):
    """keep_days: for how many days the results of checks are kept; the last result of each check always is."""

    keep_days: Annotated[int, Field(ge=1, le=3650)] = 90
