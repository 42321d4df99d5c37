"""A client of before who needs service: no junk, and no new client either."""

import re

from pipeline.rejection.reading import Reading
from pipeline.rejection.rule import quoted

_ORDER_NUMBER = re.compile(
    r"\b(?:заказ\w*|зак|договор\w*|дог|сч[её]т\w*|заявк\w*|zam[oó]wieni\w+|zam|faktur\w+|umow\w+|zleceni\w+|zakaz|order|invoice|contract|job)\.?"
    r"\s{1,2}(?:№|no\.?|nr\.?|number|номер|numer|#)?\s{0,2}#?([A-Z]{0,3}[-/]?\d{3,12})\b",
    re.IGNORECASE,
)


def speaks_of_a_purchase(reading: Reading) -> str:
    """Words of a complaint, a warranty or an order under way; fewer do where the sender is known to have bought."""
    said = reading.phrases("support_existing", "strong")
    if reading.lead.message and (number := _ORDER_NUMBER.search(reading.lead.message[:2000])):
        said = [*said, number[0]]
    if not said and reading.surroundings.bought:
        said = reading.phrases("support_existing", "weak")
    return quoted(said)
