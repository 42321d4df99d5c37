"""Which mail domains can be a company's own."""

from functools import cache, lru_cache
from typing import TYPE_CHECKING

from pipeline.normalize.email import read_domain

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList


@lru_cache(maxsize=65536)
def is_companys(domain: str) -> bool:
    """Whether a company can have this domain: no free or throw-away provider's, no mistyped one, none that cannot exist.

    A domain one letter beside a large provider's is a slip of the hand of several people, and not their employer; one without a
    registered ending, or which is an ending itself (com.pl), belongs to nobody.
    """
    read = read_domain(domain)
    if read.free or read.disposable or read.special or read.suggestion:
        return False
    # RFC 2606 keeps .example for examples, where it stands for a real domain.
    return read.name.endswith(".example") or _endings().privatesuffix(read.name) is not None


@cache
def _endings() -> "PublicSuffixList":
    from publicsuffixlist import PublicSuffixList  # reads its list, 0.15 s

    return PublicSuffixList(accept_unknown=False, only_icann=True)
