"""Splink 5 with the settings of its own tutorials: examples febrl3, febrl4 and deduplicate_50k_synthetic of its documentation.

There is no tutorial for leads; for those, the comparisons of its library for names, e-mails and texts as they come, on cleaned
columns, blocked on phone, e-mail, and name with city or company. The cut is the tutorials' own.
"""

from collections.abc import Sequence

import duckdb
import splink.comparison_library as cl
from splink import Linker, SettingsCreator, block_on

from tests.benchmarks.matching.engine import Answer, Job, serve
from tests.benchmarks.matching.splink_fold import bits, linked
from tests.benchmarks.matching.splink_leads import lead_table

_NAMES_SWAPPED = "l.given_name = r.surname and l.surname = r.given_name"


def fold(job: Job) -> Answer:
    """Fold with the settings of the data set's tutorial."""
    if job.data_set == "febrl3":
        return linked(job, _table, _febrl3(), _train_febrl3, bits(0.99), bits(0.2))
    if job.data_set == "febrl4":
        return linked(job, _sides, _febrl4(), _train_febrl4, bits(0.99), bits(0.2))
    if job.data_set == "historical_50k":
        return linked(job, _named_table, _historical(), _train_historical, bits(0.95))
    return linked(job, lead_table, _leads(), _train_leads, bits(0.95))


def _table(connection: duckdb.DuckDBPyConnection, job: Job) -> Sequence[str]:
    connection.execute(f"create table input as select * from read_parquet('{job.data}')")
    return ["input"]


def _sides(connection: duckdb.DuckDBPyConnection, job: Job) -> Sequence[str]:
    for side in ("a", "b"):
        connection.execute(
            f"create table side_{side} as select * from read_parquet('{job.data}') where side = '{side}'"
        )
    return ["side_a", "side_b"]


def _named_table(connection: duckdb.DuckDBPyConnection, job: Job) -> Sequence[str]:
    connection.execute(
        "create table input as select *, first_name || ' ' || surname as first_name_surname_concat"
        f" from read_parquet('{job.data}')"
    )
    return ["input"]


def _febrl3() -> SettingsCreator:
    return SettingsCreator(
        unique_id_column_name="record_id",
        link_type="dedupe_only",
        blocking_rules_to_generate_predictions=[
            block_on(column) for column in ("soc_sec_id", "given_name", "surname", "date_of_birth", "postcode")
        ],
        comparisons=[
            cl.NameComparison("given_name"),
            cl.NameComparison("surname"),
            cl.DateOfBirthComparison("date_of_birth", input_is_string=True, datetime_format="%Y%m%d"),
            cl.DamerauLevenshteinAtThresholds("soc_sec_id", [2]),
            cl.ExactMatch("street_number").configure(term_frequency_adjustments=True),
            cl.ExactMatch("postcode").configure(term_frequency_adjustments=True),
        ],
        retain_intermediate_calculation_columns=True,
    )


def _train_febrl3(linker: Linker) -> None:
    training = linker.training
    training.estimate_probability_two_random_records_match(
        [block_on("soc_sec_id"), block_on("given_name", "surname", "date_of_birth"), f"{_NAMES_SWAPPED} and l.date_of_birth = r.date_of_birth"],
        recall=0.9,
    )  # fmt: skip
    training.estimate_u_using_random_sampling(max_pairs=1e6, seed=2)
    training.estimate_parameters_using_expectation_maximisation(block_on("date_of_birth"))
    training.estimate_parameters_using_expectation_maximisation(block_on("postcode"))


def _febrl4() -> SettingsCreator:
    return SettingsCreator(
        unique_id_column_name="record_id",
        link_type="link_only",
        blocking_rules_to_generate_predictions=[
            block_on("given_name", "surname"),
            _NAMES_SWAPPED,
            block_on("date_of_birth"),
            block_on("soc_sec_id"),
            block_on("state", "address_1"),
            block_on("street_number", "address_1"),
            block_on("postcode"),
        ],
        comparisons=[
            cl.NameComparison("given_name").configure(term_frequency_adjustments=True),
            cl.NameComparison("surname").configure(term_frequency_adjustments=True),
            cl.DateOfBirthComparison(
                "date_of_birth", input_is_string=True, datetime_format="%Y%m%d", invalid_dates_as_null=True
            ),
            cl.DamerauLevenshteinAtThresholds("soc_sec_id", [1, 2]),
            cl.ExactMatch("street_number").configure(term_frequency_adjustments=True),
            cl.DamerauLevenshteinAtThresholds("postcode", [1, 2]).configure(term_frequency_adjustments=True),
        ],
        retain_intermediate_calculation_columns=True,
    )


def _train_febrl4(linker: Linker) -> None:
    training = linker.training
    training.estimate_probability_two_random_records_match(
        [block_on("soc_sec_id"), block_on("given_name", "surname", "date_of_birth")], recall=0.8
    )
    training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    for column in ("date_of_birth", "postcode"):
        training.estimate_parameters_using_expectation_maximisation(
            block_on(column), estimate_without_term_frequencies=True
        )


def _historical() -> SettingsCreator:
    return SettingsCreator(
        unique_id_column_name="record_id",
        link_type="dedupe_only",
        blocking_rules_to_generate_predictions=[
            block_on("substr(first_name,1,3)", "substr(surname,1,4)"),
            block_on("surname", "dob"),
            block_on("first_name", "dob"),
            block_on("postcode_fake", "first_name"),
            block_on("postcode_fake", "surname"),
            block_on("dob", "birth_place"),
            block_on("substr(postcode_fake,1,3)", "dob"),
            block_on("substr(postcode_fake,1,3)", "first_name"),
            block_on("substr(postcode_fake,1,3)", "surname"),
            block_on("substr(first_name,1,2)", "substr(surname,1,2)", "substr(dob,1,4)"),
        ],
        comparisons=[
            cl.ForenameSurnameComparison(
                "first_name", "surname", forename_surname_concat_col_name="first_name_surname_concat"
            ),
            cl.DateOfBirthComparison("dob", input_is_string=True),
            cl.PostcodeComparison("postcode_fake"),
            cl.ExactMatch("birth_place").configure(term_frequency_adjustments=True),
            cl.ExactMatch("occupation").configure(term_frequency_adjustments=True),
        ],
        retain_intermediate_calculation_columns=True,
    )


def _train_historical(linker: Linker) -> None:
    training = linker.training
    training.estimate_probability_two_random_records_match(
        [
            block_on("first_name", "surname", "dob"),
            block_on("substr(first_name,1,2)", "surname", "substr(postcode_fake,1,2)"),
            block_on("dob", "postcode_fake"),
        ],
        recall=0.6,
    )
    training.estimate_u_using_random_sampling(max_pairs=1e7, seed=1)
    for rule in (block_on("first_name", "surname"), block_on("dob")):
        training.estimate_parameters_using_expectation_maximisation(rule, estimate_without_term_frequencies=True)


def _leads() -> SettingsCreator:
    return SettingsCreator(
        unique_id_column_name="row",
        link_type="dedupe_only",
        blocking_rules_to_generate_predictions=[
            block_on("phone"),
            block_on("email"),
            block_on("name", "city"),
            block_on("name", "company"),
        ],
        comparisons=[
            cl.NameComparison("name").configure(term_frequency_adjustments=True),
            cl.ExactMatch("phone").configure(term_frequency_adjustments=True),
            cl.EmailComparison("email").configure(term_frequency_adjustments=True),
            cl.JaroWinklerAtThresholds("company", [0.9]).configure(term_frequency_adjustments=True),
            cl.ExactMatch("city").configure(term_frequency_adjustments=True),
        ],
    )


def _train_leads(linker: Linker) -> None:
    training = linker.training
    training.estimate_probability_two_random_records_match([block_on("email"), block_on("phone", "name")], recall=0.6)
    training.estimate_u_using_random_sampling(max_pairs=1e7, seed=1)
    for column in ("phone", "email"):
        training.estimate_parameters_using_expectation_maximisation(
            block_on(column), estimate_without_term_frequencies=True
        )


if __name__ == "__main__":
    serve(fold)
