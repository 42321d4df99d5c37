"""The demo company as a whole: one seed, ninety days, everything in memory."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from pipeline.demo.calls import CallRecord, make_calls
from pipeline.demo.enquiries import make_enquiries, make_opt_outs
from pipeline.demo.junk import OPT_OUTS, PLAN, make_junk, scaled
from pipeline.demo.letters import make_letters
from pipeline.demo.money import Deal, SpendRow, make_deals, make_rates, make_spend
from pipeline.demo.people import Person, make_people
from pipeline.demo.sites import SiteData, make_site_data
from pipeline.demo.submission import Submission, Truth
from pipeline.demo.telegram import make_updates

_PEOPLE_PER_LEAD = 0.4
_DEFAULT_LEADS = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoCompany:
    """Everything the demo's sources hold, and the truth that nothing in the pipeline reads."""

    people: tuple[Person, ...]
    submissions: tuple[Submission, ...]
    sites: SiteData
    letters: tuple[bytes, ...]
    updates: tuple[Mapping[str, Any], ...]
    calls: tuple[CallRecord, ...]
    spend: tuple[SpendRow, ...]
    rates: tuple[tuple[date, str, str], ...]
    deals: tuple[Deal, ...]
    truth: tuple[Truth, ...]


def generate(seed: int = 7, leads: int = _DEFAULT_LEADS) -> DemoCompany:
    """The company of this seed with about `leads` leads (at least 50), junk included. The same arguments give the same company."""

    def room(name: str) -> random.Random:
        return random.Random(
            f"{seed}:{name}"
        )  # a stream of its own per room, so that a change in one leaves the others

    leads = max(leads, 50)
    junk_count = sum(scaled(planned, leads) for ways in PLAN.values() for planned in ways.values())
    opt_outs = scaled(OPT_OUTS, leads)
    people = make_people(room("people"), max(10, round(leads * _PEOPLE_PER_LEAD)))
    enquiries = make_enquiries(room("enquiries"), people, leads - junk_count - opt_outs)
    farewells = make_opt_outs(room("opt-outs"), people, opt_outs)
    submissions = (*enquiries, *farewells, *make_junk(room("junk"), leads))
    sites = make_site_data(room("sites"), submissions)
    letters, letter_truth = make_letters(room("letters"), submissions)
    updates, update_truth = make_updates(room("telegram"), submissions)
    calls, call_truth = make_calls(room("calls"), submissions, leads)
    return DemoCompany(
        people=people,
        submissions=submissions,
        sites=sites,
        letters=letters,
        updates=updates,
        calls=calls,
        spend=make_spend(room("spend")),
        rates=make_rates(room("rates")),
        deals=make_deals(room("deals"), people, submissions),
        truth=(*sites.truth, *letter_truth, *update_truth, *call_truth),
    )
