"""HTML of letters as text: one line per row and paragraph, rows of a label and a value as `label: value`, quotes marked with `>`."""

import re
from html import unescape
from itertools import islice

from bs4 import BeautifulSoup, Tag
from bs4.element import Comment, NavigableString

LONGEST_HTML = 300_000
MOST_LINKS = 100
_MOST_TABLES = 200
"""Tables beyond that are read as text: a letter made to slow us down nests thousands."""
_MOST_ROWS = 1000
_BLOCKS = frozenset(
    {
        "address", "article", "aside", "blockquote", "body", "dd", "div", "dl", "dt", "fieldset",
        "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr",
        "li", "main", "ol", "p", "pre", "section", "table", "tr", "ul",
    }
)  # fmt: skip
_SOFT_BLOCKS = frozenset(
    {"div", "tr", "li", "dd", "dt", "body", "form", "section", "article", "main", "header", "footer", "tbody"}
)
"""Blocks without a margin: a line ends there, no empty line follows."""
_SOFT = "\x02"
_UNSEEN = ("script", "style", "head", "title", "template", "noscript", "object", "svg")
_SOFT_RUN = re.compile("\x02(?:> )*[ \\t\xa0]*(?=\x02)")
_SOFT_BEFORE_HARD = re.compile("\x02(?:> )*[ \\t\xa0]*(?=\n)")
_SOFT_AFTER_HARD = re.compile("\n(?:> )*[ \\t\xa0]*\x02")
_BREAKS = re.compile("[\r\n\x02]")
_SPACES = re.compile(r"[ \t\xa0\u200b\u200c\u200d\ufeff\u2060]+")
_TAGS = re.compile(r"<[^<>]{0,2000}>")
_LINK = re.compile(r"href\s{0,3}=\s{0,3}[\"']?(https?://[^\"'\s<>]{1,2000})", re.IGNORECASE)
_CONTACT_LINK = re.compile(r"^\s*(tel|mailto):([^?]{3,200})", re.IGNORECASE)


def html_to_text(html: str) -> str:
    """The text that a reader sees. Never raises: HTML that defeats the parser loses its tags only."""
    source = _without_markup_declarations(html[:LONGEST_HTML])
    try:
        soup = BeautifulSoup(source, "html.parser")
        for unseen in soup.find_all(_UNSEEN):
            unseen.decompose()
        _show_contacts(soup)
        _label_columns(soup)
        _label_rows(soup)
        pieces = _pieces(soup)
    except (RecursionError, ValueError, AssertionError, AttributeError, TypeError, IndexError, KeyError):
        pieces = [_TAGS.sub(" ", source)]
    lines = (_SPACES.sub(" ", line).strip() for line in _lines(pieces))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _lines(pieces: list[str]) -> list[str]:
    """Soft breaks become line breaks where the line has not ended already."""
    text = _SOFT_RUN.sub("", "".join(pieces))
    text = _SOFT_BEFORE_HARD.sub("", text)
    return _SOFT_AFTER_HARD.sub("\n", text).replace(_SOFT, "\n").split("\n")


def links_of(html: str) -> tuple[str, ...]:
    """Addresses of the pages that HTML links to, in order, each once."""
    found = (unescape(match.group(1)) for match in _LINK.finditer(html[:LONGEST_HTML]))
    return tuple(islice(dict.fromkeys(found), MOST_LINKS))


def _without_markup_declarations(html: str) -> str:
    """HTML without comments, declarations and stray `<`: left open in thousands, they cost the parser quadratic time."""
    kept: list[str] = []
    position = 0
    closed = {"-->": True, ">": True}
    while (start := html.find("<", position)) >= 0:
        kept.append(html[position:start])
        follows = html[start + 1 : start + 2]
        ending = "-->" if html.startswith("<!--", start) else ">"
        end = html.find(ending, start + 1) if closed[ending] else -1
        closed[ending] = end >= 0
        if end < 0 or not (follows.isalpha() or (follows in "/!?" and follows)):
            kept.append(" ")
            position = start + 1
            continue
        if follows.isalpha() or follows == "/":
            kept.append(html[start : end + 1])
        position = end + len(ending)
    kept.append(html[position:])
    return "".join(kept)


def _show_contacts(soup: BeautifulSoup) -> None:
    """A number or mailbox that only the link knows (`<a href="tel:…">Call</a>`) is put beside the link's words."""
    for link in soup.find_all("a", href=_CONTACT_LINK, limit=MOST_LINKS):
        match = _CONTACT_LINK.match(str(link.get("href")))
        if match is None:
            continue
        contact, shown = match.group(2).strip(), link.get_text()
        if match.group(1).lower() == "mailto":
            hidden = "@" not in shown and "@" in contact
        else:
            hidden = sum(map(str.isdigit, shown)) < 5 <= sum(map(str.isdigit, contact))
        if hidden:
            link.append(f" {contact}")


def _label_columns(soup: BeautifulSoup) -> None:
    """A table of one row of labels over one row of values becomes a row for each label."""
    for table in soup.find_all("table", limit=_MOST_TABLES):
        rows = table.find_all("tr", limit=3)
        if len(rows) != 2 or table.find("table") is not None:
            continue
        labels, values = ([_cell_text(cell) for cell in row.find_all(["td", "th"])] for row in rows)
        if len(labels) < 3 or len(labels) != len(values) or not all(0 < len(label) <= 60 for label in labels):
            continue
        if any(character.isdigit() or character == "@" for label in labels for character in label):
            continue
        table.clear()
        for label, value in zip(labels, values, strict=True):
            row = soup.new_tag("tr")
            row.string = f"{label.rstrip(' :')}: {value}"
            table.append(row)


def _label_rows(soup: BeautifulSoup) -> None:
    """Rows of two filled cells, the usual table of a form notification, become one line each; lines of a value stay lines."""
    for row in soup.find_all("tr", limit=_MOST_ROWS):
        if len(row.find_all("tr", limit=3)) > 2:  # rows within this row: it is there for the layout
            continue
        cells = row.find_all(["td", "th"], recursive=False)
        if not 2 <= len(cells) <= 4 or any(len(inner.find_all(["td", "th"], limit=2)) > 1 for inner in row("tr")):
            continue
        filled = [(cell, text) for cell in cells if (text := _cell_text(cell))]
        if len(filled) != 2 or len(filled[0][1]) > 120:
            continue
        lines = [" ".join(line.split()) for line in _lines(_pieces(filled[1][0]))]
        value = [line for line in lines if line]
        row.clear()
        row.append(f"{filled[0][1].rstrip(' :')}: {value[0] if value else ''}")
        for line in value[1:]:
            row.append(soup.new_tag("br"))
            row.append(line)


def _cell_text(cell: Tag) -> str:
    return " ".join(cell.get_text(" ").replace("\u200b", "").split())


def _pieces(top: Tag) -> list[str]:
    """Text pieces in order, with line breaks at blocks. Walks without recursion, since hostile HTML nests deep."""
    pieces: list[str] = []
    stack: list[tuple[object, int]] = [(child, 0) for child in reversed(list(top.children))]
    while stack:
        node, quoted = stack.pop()
        mark = "\n" + "> " * min(quoted, 3)
        if isinstance(node, str) and not isinstance(node, Tag | NavigableString):
            pieces.append(node)
        elif isinstance(node, Comment):
            continue
        elif isinstance(node, NavigableString):
            if type(node) is NavigableString:
                pieces.append(_BREAKS.sub(" ", str(node)))
        elif isinstance(node, Tag):
            if node.name == "br":
                pieces.append(mark)
                continue
            inner = quoted + (node.name == "blockquote")
            if node.name in _BLOCKS:
                end = _SOFT if node.name in _SOFT_BLOCKS else "\n"
                pieces.append(end + "> " * min(inner, 3))
                if node.name == "div" and _is_empty_line(node):
                    pieces.append(mark)
                stack.append((end + mark[1:], quoted))
            elif node.name in ("td", "th"):
                stack.append((" ", quoted))
            stack.extend((child, inner) for child in reversed(list(node.children)))
    return pieces


def _is_empty_line(block: Tag) -> bool:
    """`<div><br></div>`, which mail programs write for an empty line."""
    children = list(block.children)
    return len(children) == 1 and isinstance(children[0], Tag) and children[0].name == "br"
