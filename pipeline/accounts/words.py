"""What people say of accounts: two clients of one account, or not; an account of a holding, or no more. Each word is a line of the ledger."""

from datetime import datetime
from uuid import UUID

from pipeline.errors import ConfigError
from pipeline.warehouse.connection import Connection, one, rows, run

_SEE = "`leadfold accounts` lists accounts, `leadfold accounts show ACCOUNT` its clients"


def say_same(connection: Connection, left: str, right: str, *, by: str, why: str, now: datetime) -> int:
    """Says that two (clients, or accounts by one client of theirs) are of one account; the decision's number. Raises ConfigError."""
    first, second = (_client(connection, "accounts join", given) for given in (left, right))
    if first == second:
        raise ConfigError("accounts join", "both ids are one client", "name two")
    return _write(connection, "same_account", first, second, by, why, now)


def say_apart(connection: Connection, client: str, account: str, *, by: str, why: str, now: datetime) -> int:
    """Says that a client is not of an account; the decision's number. Raises ConfigError."""
    left = _client(connection, "accounts part", client)
    found = account_named(connection, "accounts part", account)
    others = rows(connection, "accounts", "other_member", account_id=UUID(found), except_id=UUID(left))
    if not others:
        raise ConfigError("accounts part", "the account has no other client to part it from", _SEE)
    return _write(connection, "other_account", left, others[0].client_id, by, why, now)


def hold(connection: Connection, account: str, holding: str, *, by: str, why: str, now: datetime) -> int:
    """Says that an account belongs to a holding, itself an account; the decision's number. Raises ConfigError."""
    child = account_named(connection, "accounts hold", account)
    parent = account_named(connection, "accounts hold", holding)
    above = {row.account_id for row in rows(connection, "accounts", "holding_chain", account_id=UUID(parent))}
    if child in above:
        raise ConfigError("accounts hold", "the holding would belong to itself", "release the other link first")
    decision = _write(connection, "hold", child, parent, by, why, now)
    run(connection, "accounts", "hold", account_id=UUID(child), holding_id=UUID(parent), decision_id=decision)
    return decision


def release(connection: Connection, account: str, *, by: str, why: str, now: datetime) -> int:
    """Says that an account belongs to no holding any more; the decision's number. Raises ConfigError."""
    child = account_named(connection, "accounts release", account)
    held = [row.account_id for row in rows(connection, "accounts", "holding_chain", account_id=UUID(child))]
    if len(held) < 2:
        raise ConfigError("accounts release", "the account belongs to no holding", _SEE)
    decision = _write(connection, "release", child, child, by, why, now)
    run(connection, "accounts", "release", account_id=UUID(child))
    return decision


def take_back(connection: Connection, decision_id: int, *, by: str, why: str, now: datetime) -> int:
    """Takes back that two are, or are not, of one account; the decision's number. Raises ConfigError."""
    found = rows(connection, "accounts", "word_in_force", decision_id=decision_id)
    if not found:
        raise ConfigError(
            "accounts undo",
            "no word on accounts in force has this number",
            "`leadfold accounts show ACCOUNT` tells them",
        )
    word = found[0]
    return _write(connection, "undo", str(word.client_id), str(word.from_client_id), by, why, now, decision_id)


def _write(
    connection: Connection,
    kind: str,
    left: str,
    right: str,
    by: str,
    why: str,
    now: datetime,
    supersedes: int | None = None,
) -> int:
    if not by.strip():
        raise ConfigError("--by", "is empty", "say who says so")
    told = one(
        connection,
        "accounts",
        "insert_word",
        kind=kind,
        client_id=UUID(left),
        other_id=UUID(right),
        actor=by.strip(),
        now=now,
        supersedes=supersedes,
    )
    if why.strip():
        # Beside the ledger and not in it, so that it can be erased.
        run(connection, "review", "write_note", decision_id=told, why=why.strip())
    return int(told)


def _client(connection: Connection, place: str, given: str) -> str:
    """A client named by its id, merged or not, or by its account, whose oldest client stands for it."""
    asked = _uuid(place, given)
    found = rows(connection, "accounts", "living_client", client_id=asked)
    if not found:
        account = UUID(account_named(connection, place, given))
        found = rows(connection, "accounts", "other_member", account_id=account, except_id=UUID(int=0))
    return str(found[0].client_id)


def account_named(connection: Connection, place: str, given: str) -> str:
    """The living account of an id: its own, a merged one's, or a client's. Raises ConfigError, which names `place`."""
    asked = _uuid(place, given)
    found = rows(connection, "accounts", "living_account", account_id=asked)
    if not found:
        found = rows(connection, "accounts", "account_of", client_id=asked)
    if not found:
        raise ConfigError(place, "no account has this id, and no client of one", _SEE)
    return str(found[0].account_id)


def _uuid(place: str, given: str) -> UUID:
    try:
        return UUID(given.strip())
    except ValueError:
        raise ConfigError(place, "an argument is not an id", _SEE) from None
