"""CommerceML 2 from 1C: counterparties, orders, and files that no 1C ever wrote."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import InputFileError
from pipeline.history.commerceml import READER, read_nodes
from pipeline.history.known import document_of

CLIENTS = """<?xml version="1.0" encoding="{encoding}"?>
<КоммерческаяИнформация ВерсияСхемы="2.05" ДатаФормирования="2026-03-01">
<Контрагенты>
 <Контрагент><Ид>g-1</Ид><Наименование>Окна</Наименование><ОфициальноеНаименование>ООО Окна</ОфициальноеНаименование><ИНН>7707083893</ИНН><КПП>770701001</КПП>
  <Контакты><Контакт><Тип>Телефон рабочий</Тип><Значение>8 495 123-45-67</Значение></Контакт>
            <Контакт><Тип>Электронная почта</Тип><Значение>info@okna.example</Значение></Контакт></Контакты>
  <Представители><Представитель><Контрагент><Отношение>Контактное лицо</Отношение><Ид>p</Ид><Наименование>Анна Новак</Наименование></Контрагент></Представитель></Представители>
 </Контрагент>
 <Контрагент><Ид>g-2</Ид><Наименование>Петров Иван</Наименование><Фамилия>Петров</Фамилия><Имя>Иван</Имя>
  <Контакты><Контакт><Тип>Телефон мобильный</Тип><Значение>8 916 123-45-67</Значение></Контакт></Контакты></Контрагент>
</Контрагенты>
</КоммерческаяИнформация>
"""
ORDER = """<Документ><Ид>{id}</Ид><Номер>{id}</Номер><Дата>2024-05-02</Дата><Время>10:30:00</Время><ХозОперация>{operation}</ХозОперация>
<Роль>Продавец</Роль><Валюта>RUB</Валюта><Курс>1</Курс><Сумма>1234.50</Сумма>
<Контрагенты><Контрагент><Ид>us</Ид><Роль>Продавец</Роль></Контрагент><Контрагент><Ид>g-2</Ид><Наименование>Петров Иван</Наименование><Роль>Покупатель</Роль></Контрагент></Контрагенты>
<Товары><Товар><Ид>1</Ид><Наименование>Окно</Наименование></Товар></Товары>
<ЗначенияРеквизитов>{requisites}</ЗначенияРеквизитов></Документ>"""


def orders(*documents: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?><КоммерческаяИнформация ВерсияСхемы="2.05">{"".join(documents)}</КоммерческаяИнформация>'


def order(number: str = "z-1", operation: str = "Заказ товара", **requisites: str) -> str:
    pairs = "".join(
        f"<ЗначениеРеквизита><Наименование>{name.replace('_', ' ')}</Наименование><Значение>{value}</Значение></ЗначениеРеквизита>"
        for name, value in requisites.items()
    )
    return ORDER.format(id=number, operation=operation, requisites=pairs)


@pytest.mark.parametrize("encoding", ["UTF-8", "windows-1251", "utf-16"])
def test_counterparties_are_clients(crm: Callable[..., Any], tmp_path: Path, encoding: str) -> None:
    (tmp_path / "c.xml").write_bytes(CLIENTS.format(encoding=encoding).encode(encoding))
    made = crm("1c-xml", path="c.xml")
    made.pull()
    clients = made.read()
    assert clients["client:g-1"].fields == {
        "company": "ООО Окна", "tax_id": "7707083893", "name": "Анна Новак", "phone": "8 495 123-45-67", "email": "info@okna.example",
        "handle": "crm:crm/client/g-1",
    }  # fmt: skip
    assert clients["client:g-2"].fields["last_name"] == "Петров"
    assert "company" not in clients["client:g-2"].fields


STAGES = {
    "a status": (order(Статус_заказа="[F] Выполнен"), "won"),
    "paid": (order(Заказ_оплачен="true"), "won"),
    "cancelled": (order(Отменен="true"), "lost"),
    "neither": (order(), "new"),
    "shipped": (order(operation="Отпуск товара"), "won"),
    "another spelling": (order(operation="отпуск  товара"), "won"),
}


@pytest.mark.parametrize("case", STAGES)
def test_an_order_is_a_deal_of_its_buyer(crm: Callable[..., Any], tmp_path: Path, case: str) -> None:
    document, stage = STAGES[case]
    (tmp_path / "o.xml").write_text(orders(document), encoding="utf-8")
    made = crm("1c-xml", path="o.xml", operations=["Заказ товара", "Отпуск товара"])
    assert made.pull() == 1
    (record,) = made.records.values()
    deal = READER.deal(document_of(record), record, made.source)
    assert (record.group_key, record.external_id, deal.stage) == ("client:g-2", "deal:z-1", stage)
    assert (deal.amount, deal.currency, deal.opened_at) == (
        Decimal("1234.50"),
        "RUB",
        datetime(2024, 5, 2, 8, 30, tzinfo=UTC),
    )


def test_other_documents_are_no_deals_and_tell_of_their_client(crm: Callable[..., Any], tmp_path: Path) -> None:
    """An order, its bill and its shipment are one sale."""
    documents = (order("a"), order("b", "Отпуск товара"), order("c", "Счет на оплату"), order("d", "Возврат товара"))
    (tmp_path / "o.xml").write_text(orders(*documents), encoding="utf-8")
    made = crm("1c-xml", path="o.xml")
    assert made.pull() == 4
    assert [record.external_id for record in made.records.values() if "deal" in record.transport] == ["deal:a"]
    assert made.read()["client:g-2"].received_at == datetime(2024, 5, 2, 8, 30, tzinfo=UTC)


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    "<КоммерческаяИнформация>&b;</КоммерческаяИнформация>"
)
HOSTILE = {
    "an entity bomb": (BOMB, "declares a document type"),
    "an outer entity": (
        '<!DOCTYPE x SYSTEM "file:///etc/passwd"><КоммерческаяИнформация/>',
        "declares a document type",
    ),
    "too deep": (orders("<а>" * 50 + "</а>" * 50), "nested deeper than 40"),
    "a cut file": (orders(order())[:-40], "is not XML from here on"),
    "another root": ("<html><body/></html>", "is not CommerceML"),
    "no XML": ("name;phone\nA;1\n", "is not XML"),
    "nothing": ("", "is not XML"),
    "an unknown encoding": (
        '<?xml version="1.0" encoding="klingon"?><КоммерческаяИнформация/>',
        "is not XML|cannot be read",
    ),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_file_that_no_export_is_is_one_clear_line(tmp_path: Path, case: str) -> None:
    content, problem = HOSTILE[case]
    path = tmp_path / "x.xml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputFileError, match=f"^x.xml: .*({problem})") as caught:
        list(read_nodes(path, "x.xml"))
    assert "\n" not in str(caught.value)


def test_a_text_without_end_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.xml"
    path.write_text(orders(f"<Контрагент><Ид>{'a' * 3_000_000}</Ид></Контрагент>"), encoding="utf-8")
    with pytest.raises(InputFileError, match="more than 2000000 characters"):
        list(read_nodes(path, "x.xml"))
