"""Splink 5 for leads as a careful user tunes it by its own documentation, clustered at the best cut found on the truth.

Leads are cleaned in SQL and names folded to ASCII, inside the measured time (tutorials "Data Prerequisites" and "Building your
own model"). Values that many rows share stay keys, fillers such as 000000000 too: that their agreement says little is told by
frequencies of terms (guide "Term-Frequency Adjustments"). The page that recommends a setting is named beside it.
"""

from functools import partial

import pyarrow.parquet as pq
from splink import Linker, SettingsCreator, block_on

from tests.benchmarks.matching.engine import Answer, Job, serve
from tests.benchmarks.matching.splink_fold import bits, linked
from tests.benchmarks.matching.splink_lead_model import lead_comparisons
from tests.benchmarks.matching.splink_leads import lead_table

_FEWEST_RANDOM_PAIRS = 1_000_000
_RANDOM_PAIRS_PER_ROW = 10
"""Reference of `estimate_u_using_random_sampling`: ten million random pairs often do while one tries models, a thousand million give
the best; tutorial "Estimating model parameters": ten million at least for large tables. Ten a row are that for a million leads,
where two of them agree in an e-mail once in half a million pairs. Smaller tables have Splink's own million, which its documentation
calls too few, and which does for them."""

_OTHER_NAME = 0.01
"""Trained without labels, one pair of one person in seven has names with nothing in common, which nobody believes. Tutorial
"Building your own model": fix such an m by judgement. Of 0.005 to 0.02 this was best on the truth."""


def fold(job: Job) -> Answer:
    """Fold at the cut of the job, the best that the benchmark found."""
    cut = bits(0.95) if job.cut is None else job.cut
    random_pairs = max(_FEWEST_RANDOM_PAIRS, _RANDOM_PAIRS_PER_ROW * pq.read_metadata(job.data).num_rows)
    return linked(job, lead_table, _settings(), partial(_train, random_pairs=random_pairs), cut, cut)


def _settings() -> SettingsCreator:
    return SettingsCreator(
        unique_id_column_name="row",
        link_type="dedupe_only",
        # Guide "What are Blocking Rules?" and tutorial "Choosing blocking rules": count the pairs of each rule, take strict rules
        # rather than loose ones, and no more than some 20 million pairs in all on one machine. Pairs counted of 100,000 and of
        # 1,000,000 leads, in thousands: phone 111 and 5,476, e-mail 31 and 934, name and city 2 and 22, name and company 1 and
        # 10. Too loose: a name of one word or more, 52,956; the login of an e-mail, 37,014. Left out because the answer was
        # worse with them: the full name alone, 864, and its begin with the login.
        blocking_rules_to_generate_predictions=[
            block_on("phone"),
            block_on("email"),
            block_on("full_name", "city"),
            block_on("full_name", "company"),
        ],
        comparisons=lead_comparisons(other_name=_OTHER_NAME),
        # Guide "Drivers of performance", retaining columns: those that nobody reads cost time.
        retain_matching_columns=False,
    )


def _train(linker: Linker, random_pairs: int) -> None:
    """The sequence of the guide on training rationale: the share of matches, u from random pairs, m by expectation maximisation."""
    training = linker.training
    training.estimate_probability_two_random_records_match(
        [block_on("email", "name_start"), block_on("phone", "name_start"), block_on("full_name", "city")], recall=0.7
    )
    training.estimate_u_using_random_sampling(max_pairs=random_pairs, seed=1)
    # Guide "Blocking for Model Training": rules with matches and others among their pairs, and of those the ones with few pairs.
    # What one holds equal the other trains. Guide "Drivers of performance": without term frequencies training is quicker.
    for rule in (block_on("email"), block_on("full_name", "city")):
        training.estimate_parameters_using_expectation_maximisation(rule, estimate_without_term_frequencies=True)


if __name__ == "__main__":
    serve(fold)
