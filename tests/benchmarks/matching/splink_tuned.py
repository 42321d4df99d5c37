"""Splink 5 tuned for these tables as well as we could, and clustered at the best cut for each (found on the truth by the benchmark).

Leads: names folded to ASCII, phones to the nine digits that all ways of typing share, addresses and companies cleaned, all in
DuckDB and inside the measured time; blocked on keys that few share (no e-mail logins, no value of more than 60 rows); trained on
values that hardly anyone shares, of which u is set by hand; the name is one joint comparison over sorted words; frequencies of
terms weigh every exact agreement; integers as ids. What of this Splink's own documentation tells is `splink_usual`.
Persons: the tutorial's model with frequencies on every exact level, more blocking and names swapped or joint.
"""

from collections.abc import Sequence
from itertools import pairwise

import duckdb
import splink.comparison_level_library as cll
import splink.comparison_library as cl
from splink import Linker, SettingsCreator, block_on

from tests.benchmarks.matching.engine import Answer, Job, serve
from tests.benchmarks.matching.splink_fold import bits, linked
from tests.benchmarks.matching.splink_lead_model import lead_comparisons
from tests.benchmarks.matching.splink_leads import keyed_lead_table

_DEFAULT_CUT = bits(0.95)


def fold(job: Job) -> Answer:
    """Fold at the cut of the job, the best that the benchmark found."""
    cut = _DEFAULT_CUT if job.cut is None else job.cut
    if job.data_set == "leads":
        return linked(job, keyed_lead_table, lead_settings, train_leads, cut, cut)
    if job.data_set == "historical_50k":
        return linked(job, _person_table, _historical(), _train_historical, cut, cut)
    return linked(job, _febrl_table, _febrl(link=job.data_set == "febrl4"), _train_febrl, cut, cut)


def _rare(column: str, strangers: float) -> cll.CustomLevel:
    """A value that few rows share. Random pairs that share one are nearly all duplicates, not strangers, so that its u is set by
    what is known of households and inherited numbers: about one such pair in ten or twenty."""
    return cll.CustomLevel(f"rare_{column}_l = rare_{column}_r", f"same rare {column}").configure(
        u_probability=strangers, fix_u_probability=True
    )


def lead_settings(connection: duckdb.DuckDBPyConnection) -> SettingsCreator:
    """The model of leads, for the table `input`."""
    rows = connection.sql("select count(*) from input").fetchall()[0][0]
    return SettingsCreator(
        unique_id_column_name="row",
        link_type="dedupe_only",
        blocking_rules_to_generate_predictions=[
            block_on("phone_key"),
            block_on("email_key"),
            block_on("name_key"),
            block_on("full_name", "city"),
            block_on("full_name", "company"),
            block_on("phone", "name"),
        ],
        comparisons=lead_comparisons(phone=[_rare("phone", 0.04 / rows)], email=[_rare("email", 0.01 / rows)]),
        retain_matching_columns=False,
    )


def train_leads(linker: Linker) -> None:
    """Train it without labels."""
    training = linker.training
    training.estimate_probability_two_random_records_match([block_on("rare_email"), block_on("rare_phone")], recall=0.8)
    # In one part: stopping early between ten spares less than their queries cost.
    training.estimate_u_using_random_sampling(max_pairs=5e5, seed=1, num_chunks=1)
    for column in ("rare_phone", "rare_email", "rare_name"):
        training.estimate_parameters_using_expectation_maximisation(
            block_on(column), estimate_without_term_frequencies=True, max_pairs=1e6
        )


def _person_table(connection: duckdb.DuckDBPyConnection, job: Job) -> Sequence[str]:
    connection.execute(
        "create table input as select record_id, first_name, surname, full_name, dob, birth_place, postcode_fake, gender, occupation,"
        " first_name || ' ' || surname as both_names, left(dob, 4) as birth_year, left(postcode_fake, 4) as area,"
        f" regexp_extract_all(full_name, '[a-z]+') as words from read_parquet('{job.data}')"
    )
    return ["input"]


def _historical() -> SettingsCreator:
    names = cl.CustomComparison(
        output_column_name="names",
        comparison_levels=[
            cll.CustomLevel("both_names_l is null or both_names_r is null").configure(is_null_level=True),
            cll.ExactMatchLevel("both_names", term_frequency_adjustments=True),
            cll.ColumnsReversedLevel("first_name", "surname", symmetrical=True),
            cll.CustomLevel("jaro_winkler_similarity(both_names_l, both_names_r) >= 0.94", "close"),
            cll.ExactMatchLevel("surname", term_frequency_adjustments=True),
            cll.CustomLevel("len(list_intersect(words_l, words_r)) >= 2", "two words shared"),
            cll.ExactMatchLevel("first_name", term_frequency_adjustments=True),
            cll.CustomLevel("jaro_winkler_similarity(both_names_l, both_names_r) >= 0.85", "alike"),
            cll.CustomLevel("len(list_intersect(words_l, words_r)) >= 1", "a word shared"),
            cll.ElseLevel(),
        ],
    )
    return SettingsCreator(
        unique_id_column_name="record_id",
        link_type="dedupe_only",
        blocking_rules_to_generate_predictions=[
            block_on("first_name", "surname"),
            block_on("substr(first_name,1,3)", "substr(surname,1,4)"),
            block_on("surname", "dob"),
            block_on("first_name", "dob"),
            block_on("dob", "birth_place"),
            block_on("dob", "occupation"),
            block_on("dob", "area"),
            block_on("postcode_fake"),
            block_on("area", "first_name"),
            block_on("area", "surname"),
            block_on("surname", "birth_year"),
            block_on("substr(first_name,1,2)", "substr(surname,1,2)", "birth_year"),
        ],
        comparisons=[
            names,
            cl.DateOfBirthComparison("dob", input_is_string=True),
            cl.PostcodeComparison("postcode_fake").configure(term_frequency_adjustments=True),
            cl.ExactMatch("birth_place").configure(term_frequency_adjustments=True),
            cl.ExactMatch("occupation").configure(term_frequency_adjustments=True),
        ],
    )


def _train_historical(linker: Linker) -> None:
    training = linker.training
    training.estimate_probability_two_random_records_match(
        [block_on("first_name", "surname", "dob"), block_on("dob", "postcode_fake")], recall=0.6
    )
    training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    for rule in (block_on("first_name", "surname"), block_on("dob"), block_on("postcode_fake")):
        training.estimate_parameters_using_expectation_maximisation(rule, estimate_without_term_frequencies=True)


def _febrl_table(connection: duckdb.DuckDBPyConnection, job: Job) -> Sequence[str]:
    connection.execute(f"create table input as select * from read_parquet('{job.data}')")
    if job.data_set == "febrl3":
        return ["input"]
    for side in ("a", "b"):
        connection.execute(f"create table side_{side} as select * from input where side = '{side}'")
    return ["side_a", "side_b"]


_FEBRL_BLOCKS = ("soc_sec_id", "given_name", "surname", "date_of_birth", "postcode", "suburb", "address_1")


def _febrl(link: bool) -> SettingsCreator:
    return SettingsCreator(
        unique_id_column_name="record_id",
        link_type="link_only" if link else "dedupe_only",
        blocking_rules_to_generate_predictions=[
            *(block_on(column) for column in _FEBRL_BLOCKS),
            *(block_on(*both) for both in pairwise(("street_number", "state", "address_2"))),
        ],
        comparisons=[
            cl.ForenameSurnameComparison("given_name", "surname"),
            cl.DateOfBirthComparison("date_of_birth", input_is_string=True, datetime_format="%Y%m%d"),
            cl.DamerauLevenshteinAtThresholds("soc_sec_id", [1, 2]),
            cl.ExactMatch("street_number").configure(term_frequency_adjustments=True),
            cl.JaroWinklerAtThresholds("address_1", [0.9]).configure(term_frequency_adjustments=True),
            cl.DamerauLevenshteinAtThresholds("postcode", [1]).configure(term_frequency_adjustments=True),
        ],
    )


def _train_febrl(linker: Linker) -> None:
    training = linker.training
    training.estimate_probability_two_random_records_match(
        [block_on("soc_sec_id"), block_on("given_name", "surname", "date_of_birth")], recall=0.9
    )
    training.estimate_u_using_random_sampling(max_pairs=5e5, seed=1)
    for column in ("date_of_birth", "postcode", "soc_sec_id"):
        training.estimate_parameters_using_expectation_maximisation(
            block_on(column), estimate_without_term_frequencies=True
        )


if __name__ == "__main__":
    serve(fold)
