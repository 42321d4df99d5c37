"""The two halves of a Russian keyboard: what a text would be, had it been typed with the other layout on."""

_CYRILLIC_KEYS = "йцукенгшщзхъфывапролджэячсмитьбюёЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮЁ"
_LATIN_KEYS = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`QWERTYUIOP{}ASDFGHJKL:\"ZXCVBNM<>~"
_TO_LATIN = str.maketrans(_CYRILLIC_KEYS + '".,', _LATIN_KEYS + "@/?")
_TO_CYRILLIC = str.maketrans(_LATIN_KEYS, _CYRILLIC_KEYS)


def to_latin_keys(text: str) -> str:
    """`шмфт"ьфшдюкг` to `ivan@mail.ru`: the same keys with the Latin layout on."""
    return text.translate(_TO_LATIN)


def to_cyrillic_keys(text: str) -> str:
    """`Cthutq` to `Сергей`: the same keys with the Russian layout on."""
    return text.translate(_TO_CYRILLIC)
