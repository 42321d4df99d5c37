"""HTML of letters as text: one line per row and paragraph, two-celled rows as `label: value`, quotes marked with `>`."""

import re

from bs4 import BeautifulSoup, Tag
from bs4.element import Comment, NavigableString

LONGEST_HTML = 300_000
_BLOCKS = frozenset(
    {
        "address", "article", "aside", "blockquote", "body", "dd", "div", "dl", "dt", "fieldset",
        "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr",
        "li", "main", "ol", "p", "pre", "section", "table", "tr", "ul",
    }
)  # fmt: skip
_UNSEEN = ("script", "style", "head", "title", "template", "noscript", "object", "svg")
_SPACES = re.compile(r"[ \t\xa0\u200b\u200c\u200d\ufeff\u2060]+")
_TAGS = re.compile(r"<[^<>]{0,2000}>")


def html_to_text(html: str) -> str:
    """The text that a reader sees. Never raises: HTML that defeats the parser loses its tags only."""
    source = _without_markup_declarations(html[:LONGEST_HTML])
    try:
        soup = BeautifulSoup(source, "html.parser")
        for unseen in soup.find_all(_UNSEEN):
            unseen.decompose()
        _label_rows(soup)
        pieces = _pieces(soup)
    except (RecursionError, ValueError, AssertionError, AttributeError, TypeError, IndexError, KeyError):
        pieces = [_TAGS.sub(" ", source)]
    lines = (_SPACES.sub(" ", line).strip() for line in "".join(pieces).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


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


def _label_rows(soup: BeautifulSoup) -> None:
    """Rows of two cells, the usual table of a form notification, become one line each."""
    for row in soup.find_all("tr"):
        cells = row.find_all(["td", "th"], recursive=False)
        if len(cells) != 2 or row.find("table") is not None:
            continue
        label, value = (" ".join(cell.get_text(" ").split()) for cell in cells)
        if label and len(label) <= 120:
            row.string = f"{label.rstrip(' :')}: {value}"


def _pieces(soup: BeautifulSoup) -> list[str]:
    """Text pieces in order, with line breaks at blocks. Walks without recursion, since hostile HTML nests deep."""
    pieces: list[str] = []
    stack: list[tuple[object, int]] = [(child, 0) for child in reversed(list(soup.children))]
    while stack:
        node, quoted = stack.pop()
        mark = "\n" + "> " * min(quoted, 3)
        if isinstance(node, str) and not isinstance(node, Tag | NavigableString):
            pieces.append(node)
        elif isinstance(node, Comment):
            continue
        elif isinstance(node, NavigableString):
            if type(node) is NavigableString:
                pieces.append(str(node).replace("\r", " ").replace("\n", " "))
        elif isinstance(node, Tag):
            if node.name == "br":
                pieces.append(mark)
                continue
            inner = quoted + (node.name == "blockquote")
            is_block = node.name in _BLOCKS
            if is_block:
                pieces.append("\n" + "> " * min(inner, 3))
                stack.append((mark, quoted))
            elif node.name in ("td", "th"):
                stack.append((" ", quoted))
            stack.extend((child, inner) for child in reversed(list(node.children)))
    return pieces
