"""Counterparties as CommerceML 2, in the words that 1C reads and writes."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from xml.etree import ElementTree as Xml

from pipeline.delivery.crm.connector import Values

PHONE, EMAIL, MERGED = "Телефон рабочий", "Электронная почта", "Объединён с"
_ELEMENTS = (
    "Наименование",
    "ОфициальноеНаименование",
    "ПолноеНаименование",
    "Фамилия",
    "Имя",
    "Отчество",
    "ИНН",
    "Комментарий",
)
"""In the order of the schema; a field of another name becomes a requisite."""
_CONTACTS = (PHONE, EMAIL)


def counterparties(
    rows: Sequence[tuple[str, Mapping[str, Values]]], formed_at: datetime, *, erased: bool = False
) -> bytes:
    """A file of counterparties by their id; fields that are not named are not in it, so that an import leaves them alone."""
    root = Xml.Element(
        "КоммерческаяИнформация", {"ВерсияСхемы": "2.10", "ДатаФормирования": f"{formed_at:%Y-%m-%dT%H:%M:%S}"}
    )
    all_of_them = Xml.SubElement(root, "Контрагенты")
    for own_id, values in rows:
        _counterparty(all_of_them, own_id, values, erased)
    Xml.indent(root)
    text: bytes = Xml.tostring(root, encoding="utf-8", xml_declaration=True)
    return text


def _counterparty(parent: Xml.Element, own_id: str, values: Mapping[str, Values], erased: bool) -> None:
    node = Xml.SubElement(parent, "Контрагент")
    Xml.SubElement(node, "Ид").text = own_id
    if erased:
        Xml.SubElement(node, "ПометкаУдаления").text = "true"
    else:
        Xml.SubElement(node, "Роль").text = "Покупатель"
    for name in _ELEMENTS:
        if values.get(name):
            Xml.SubElement(node, name).text = _plain(values[name][0])
    contacts = [(kind, value) for kind in _CONTACTS for value in values.get(kind, ())]
    if contacts:
        held = Xml.SubElement(node, "Контакты")
        for kind, value in contacts:
            _pair(Xml.SubElement(held, "Контакт"), "Тип", kind, value)
    rest = [(name, value) for name, held in values.items() if name not in (*_ELEMENTS, *_CONTACTS) for value in held]
    if rest:
        requisites = Xml.SubElement(node, "ЗначенияРеквизитов")
        for name, value in rest:
            _pair(Xml.SubElement(requisites, "ЗначениеРеквизита"), "Наименование", name, value)


def _pair(node: Xml.Element, first: str, name: str, value: str) -> None:
    Xml.SubElement(node, first).text = name
    Xml.SubElement(node, "Значение").text = _plain(value)


def _plain(value: str) -> str:
    """XML 1.0 knows no control characters."""
    return "".join(letter for letter in value if letter in "\t\n\r" or (ord(letter) >= 32 and ord(letter) not in (0xFFFE, 0xFFFF)))  # fmt: skip
