"""One tree of errors, sorted by what the caller should do: stop, try again, or skip the record.

An error takes facts, keeps them as attributes and writes the sentence itself. No personal data
may enter a fact: places, counts, ids and allowed values only.
"""

from datetime import timedelta


class LeadfoldError(Exception):
    """Root of the tree. `str(error)` is one line that can be shown to a user."""


class StopError(LeadfoldError):
    """Nothing will work until a person changes something: configuration, a secret, a schema version."""


class ConfigError(StopError):
    """A value of the configuration is missing or wrong.

    place: the key as written in the file, e.g. `source[2].region`; problem: what is wrong;
    remedy: what to do, in the imperative.
    """

    def __init__(self, place: str, problem: str, remedy: str) -> None:
        self.place = place
        self.problem = problem
        self.remedy = remedy
        super().__init__(f"{place}: {problem}; {remedy}")


class MissingSecretError(StopError):
    """A secret that the configuration names is set nowhere."""

    def __init__(self, place: str, name: str) -> None:
        self.place = place
        self.name = name
        super().__init__(
            f"{place}: the secret `{name}` is not set; export it as an environment variable "
            f"or create an Airflow Connection with this id and put the secret in its password"
        )


class MissingExtraError(StopError):
    """A feature needs packages that are not installed."""

    def __init__(self, feature: str, extra: str) -> None:
        self.feature = feature
        self.extra = extra
        super().__init__(f"{feature} needs more packages; install them with: pip install 'leadfold[{extra}]'")


class InputFileError(StopError):
    """A file given by the user cannot be read as what it should be."""

    def __init__(self, file: str, problem: str, remedy: str) -> None:
        self.file = file
        self.problem = problem
        self.remedy = remedy
        super().__init__(f"{file}: {problem}; {remedy}")


class SourceRefusedError(StopError):
    """A source answered that it will not serve us: a wrong secret, a revoked right."""

    def __init__(self, source: str, problem: str, remedy: str) -> None:
        self.source = source
        self.problem = problem
        self.remedy = remedy
        super().__init__(f"source {source}: {problem}; {remedy}")


class ChecksFailedError(StopError):
    """Our own checks found something that must never be; publishing stops, landing goes on."""

    def __init__(self, failed: tuple[str, ...]) -> None:
        self.failed = failed
        super().__init__(
            f"{len(failed)} check(s) failed: {', '.join(failed)}; publishing is stopped, "
            "see `leadfold verify` and the page Health"
        )


class RetryError(LeadfoldError):
    """The same call may succeed later. `retry_after` is the least wait the other side asked for."""

    def __init__(self, subject: str, problem: str, retry_after: timedelta | None = None) -> None:
        self.subject = subject
        self.problem = problem
        self.retry_after = retry_after
        wait = f"; asked to wait {retry_after.total_seconds():.0f} s" if retry_after is not None else ""
        super().__init__(f"{subject}: {problem}{wait}")


class RecordError(LeadfoldError):
    """This one record cannot be read; it goes to quarantine with this sentence, the rest goes on.

    place: where in the record (a field name, a column number), never its value.
    """

    def __init__(self, place: str, problem: str, allowed: str = "") -> None:
        self.place = place
        self.problem = problem
        self.allowed = allowed
        super().__init__(f"{place}: {problem}" + (f"; allowed: {allowed}" if allowed else ""))
