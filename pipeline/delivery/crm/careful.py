"""Writing records to vendors that do it all or not at all, or know no idempotent way to create one.

What was lost on the way is looked for before it is asked for again; the one record for which a whole batch is refused is found by halves.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace

from pipeline.delivery.crm.connector import Outcome, Values, Write
from pipeline.errors import RetryError
from pipeline.sources.http import CodedRefusalError, Http

_TRIES = 4
_FIRST_WAIT = 0.5


def asked_once(http: Http) -> Http:
    """The same connection without second tries: for what may not be asked twice."""
    return replace(http, limits=replace(http.limits, attempts=1))


def create_carefully(
    http: Http,
    writes: Sequence[Write],
    post: Callable[[Http, Sequence[Write]], Sequence[Outcome]],
    find: Callable[[Sequence[str]], Mapping[str, Values]],
) -> Sequence[Outcome]:
    """Outcomes of `post`, which is asked again only for what `find` does not know, a few times with waits between.

    Only for vendors whose search shows a record as soon as it is there. Raises RetryError when the tries are used up.
    """
    done: list[Outcome] = []
    rest = list(writes)
    for attempt in range(1, _TRIES + 1):
        try:
            return [*done, *post(asked_once(http), rest)]
        except RetryError as error:
            asked = error.retry_after.total_seconds() if error.retry_after else 0.0
            if attempt == _TRIES or asked > http.limits.longest_wait:
                raise
            http.sleep(max(asked, min(_FIRST_WAIT * 2 ** (attempt - 1), http.limits.longest_wait)))
        found = find([write.client_id for write in rest])
        done += [Outcome(client_id=c, record_id=records[0]) for c, records in found.items() if records]
        rest = [write for write in rest if not found.get(write.client_id)]
        if not rest:
            return done
    return done


def split_refused(
    writes: Sequence[Write],
    post: Callable[[Sequence[Write]], Sequence[Outcome]],
    *,
    stop: Collection[str],
    missing: Collection[str] = (),
) -> list[Outcome]:
    """Outcomes of `post`, which raises CodedRefusalError when it refuses everything for the fault of one.

    stop: codes that speak of the secret or its rights, which are raised on. missing: those that say that a record is not there.
    """
    if not writes:
        return []
    try:
        return list(post(writes))
    except CodedRefusalError as error:
        if error.code in stop:
            raise
        if len(writes) == 1:
            is_gone = error.code in missing
            problem = "" if is_gone else f"answered its error {error.code}"
            return [
                Outcome(client_id=writes[0].client_id, record_id=writes[0].record_id, problem=problem, is_gone=is_gone)
            ]
    middle = len(writes) // 2
    halves = (writes[:middle], writes[middle:])
    return [outcome for half in halves for outcome in split_refused(half, post, stop=stop, missing=missing)]
