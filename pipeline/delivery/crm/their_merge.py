"""Records that a CRM's people merged: a judgement that two clients are one, which the next fold obeys."""

from datetime import datetime

from pipeline.errors import LeadfoldError, RetryError
from pipeline.review.judgement import Speaker, judge_same, leads_of
from pipeline.warehouse.connection import Role, Warehouse


def tell_merge(warehouse: Warehouse, crm: str, client_id: str, survivor: str, now: datetime) -> str:
    """Judges two clients the same in the name of a CRM's people; what came of it, for a note. A judgement that contradicts it stands, and
    is named. Raises RetryError of the database."""
    speaker = Speaker(f"crm {crm}", "their records were merged there", now)
    try:
        with warehouse.transaction(Role.RESOLVER) as connection:
            judged = judge_same(connection, leads_of(connection, client_id), leads_of(connection, survivor), speaker)
    except RetryError:
        raise
    except LeadfoldError as error:
        return f"not taken for one client: {error}"
    return f"taken for one client by decision {judged.decision_id}"
