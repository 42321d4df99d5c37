"""A tiny company whose leads are folded, doubted and kept apart: what the page Clients has to show."""

from pipeline.warehouse.connection import Warehouse
from tests.company import company, fold_all, post, select


def fold_leads(warehouse: Warehouse) -> list[str]:
    """Ids of the leads, in the order in which they came: one client of four, a doubt, a stranger."""
    shop = company(warehouse)
    post(shop, "1", Name="Anna Nowak", Phone="501 222 333")
    post(shop, "2", Name="Nowak Ania", Phone="+48501222333", Email="ania.n@wp.pl")
    post(shop, "3", Name="A. Nowak", Email="ania.n@wp.pl")
    post(shop, "4", Phone="501 222 333")
    post(shop, "5", Name="Hanna Wójcik", Email="ania.n@wp.pl")
    post(shop, "6", Name="Jan Kowalski", Phone="+48 601 111 222")
    fold_all(shop)
    query = "select lead_id from core.lead join core.lead_record using (lead_id) order by record_id"
    return [str(row[0]) for row in select(warehouse, query)]
