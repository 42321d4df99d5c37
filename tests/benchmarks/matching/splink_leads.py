"""Leads cleaned for Splink, inside DuckDB: what a careful user does before linking.

Names folded to ASCII and their words sorted, phones cut to the nine digits that all ways of typing share, addresses and companies
cleaned; for the tuned engine also keys that hold a value only where few rows share it.
"""

from collections.abc import Sequence

import duckdb

from tests.benchmarks.matching.engine import Job

_CYRILLIC = (
    ("щ", "sch"), ("ж", "zh"), ("х", "kh"), ("ц", "ts"), ("ч", "ch"), ("ш", "sh"), ("ю", "yu"), ("я", "ya"), ("ї", "i"), ("є", "e"),
    ("ь", ""), ("ъ", ""), ("'", ""),
)  # fmt: skip
_ONE_BY_ONE = ("абвгдеёзийклмнопрстуфыэіґłąćęńóśźż", "abvgdeeziiklmnoprstufyeiglacenoszz")
_ALIKE = (("kh", "h"), ("ia", "ya"), ("iu", "yu"), ("ii", "i"), ("iy", "i"), ("yi", "i"), ("ie", "e"), ("j", "y"), ("y", "i"), ("x", "ks"))  # fmt: skip
"""Ways to write one sound, so that transliterations of one name fall together more often."""

_MOST_PER_KEY = 60
_FEW_PER_KEY = 4
"""Training looks at values that so few rows share, or the pairs behind switchboards would be most of what it sees."""


def _folded(column: str) -> str:
    expression = f"lower({column})"
    for old, new in _CYRILLIC:
        expression = f"replace({expression}, '{old.replace(chr(39), chr(39) * 2)}', '{new}')"
    expression = f"translate({expression}, '{_ONE_BY_ONE[0]}', '{_ONE_BY_ONE[1]}')"
    for old, new in _ALIKE:
        expression = f"replace({expression}, '{old}', '{new}')"
    return expression


def lead_table(connection: duckdb.DuckDBPyConnection, job: Job) -> Sequence[str]:
    """The table `input` of all leads, cleaned."""
    connection.execute(f"create table input as {_cleaned(_rows(job, newest=False))}")
    return ["input"]


def keyed_lead_table(connection: duckdb.DuckDBPyConnection, job: Job) -> Sequence[str]:
    """The same with keys that few rows share, of all leads or of those known before the newest `job.new` came."""
    connection.execute(f"create table cleaned as {_cleaned(_rows(job, newest=False))}")
    counts = ", ".join(f"count(*) over (partition by {column}) as {column}_rows" for column in _COUNTED)
    connection.execute(f"create table input as with counted as (select *, {counts} from cleaned) {_KEYED}")
    return ["input"]


def new_lead_table(connection: duckdb.DuckDBPyConnection, job: Job) -> str:
    """The table `fresh` of the newest leads; how often a value is seen counts the known leads too."""
    connection.execute(f"create table cleaned_fresh as {_cleaned(_rows(job, newest=True))}")
    counts = ", ".join(
        f"count(*) over (partition by {column}) + coalesce(known_{column}.known_rows, 0) as {column}_rows"
        for column in _COUNTED
    )
    joins = " ".join(f"left join known_{column} using ({column})" for column in _COUNTED)
    connection.execute(
        f"create table fresh as with counted as (select cleaned_fresh.*, {counts} from cleaned_fresh {joins}) {_KEYED}"
    )
    return "fresh"


def count_known(connection: duckdb.DuckDBPyConnection) -> None:
    """How many known leads have each value, for `new_lead_table`."""
    for column in _COUNTED:
        connection.execute(
            f"create table known_{column} as select {column}, count(*) as known_rows from input where {column} is not null group by 1"
        )


_COUNTED = ("phone", "email", "name")


def _rows(job: Job, newest: bool) -> str:
    """The leads of the file, which is in order of time: the `job.new` newest, or those before them."""
    table = f"read_parquet('{job.data}', file_row_number = true)"
    known = f"(select max(file_row_number) + 1 from {table}) - {job.new}"
    return f"(select * from {table} where file_row_number {'>=' if newest else '<'} {known})" if job.new else table


def _cleaned(source: str) -> str:
    return f"""
        with words as (
            select
                file_row_number::integer as row, record_id,
                nullif(list_sort(list_distinct(regexp_extract_all({_folded("name")}, '[a-z]+'))), []) as words,
                right(regexp_replace(regexp_replace(phone, ' (ext|wew|доб|дод).*', ''), '[^0-9]', '', 'g'), 9) as phone,
                case when split_part(lower(email), '@', 2) = 'gmail.com'
                    then replace(split_part(split_part(lower(email), '@', 1), '+', 1), '.', '') || '@gmail.com'
                    else lower(email) end as email,
                nullif(regexp_replace({_folded("company")}, '{_LEGAL_FORMS}|[^a-z0-9]', '', 'g'), '') as company,
                nullif(regexp_replace({_folded("city")}, '[^a-z]', '', 'g'), '') as city
            from {source}
        )
        select
            row, record_id, phone, email, company, city, array_to_string(words, ' ') as name, words,
            case when len(words) > 1 then array_to_string(words, ' ') end as full_name,
            case when len(words) = 1 then words[1] end as one_word,
            left(array_to_string(words, ' '), 3) as name_start,
            split_part(email, '@', 1) as login
        from words
        """


_LEGAL_FORMS = "(^|[^a-z])(ooo|oao|zao|ao|ip|tov|fop|pp|prat|ltd|limited|plc|llp|co|sp|z|o|s|a|c|spolka|zoo)([^a-z]|$)"


_KEYED = f"""
    select
        * exclude ({", ".join(f"{column}_rows" for column in _COUNTED)}),
        case when phone_rows <= {_MOST_PER_KEY} then phone end as phone_key,
        case when email_rows <= {_MOST_PER_KEY} then email end as email_key,
        case when name_rows <= {_MOST_PER_KEY} then full_name end as name_key,
        case when phone_rows <= {_FEW_PER_KEY} then phone end as rare_phone,
        case when email_rows <= {_FEW_PER_KEY} then email end as rare_email,
        case when name_rows <= {_FEW_PER_KEY} then full_name end as rare_name
    from counted
    """
