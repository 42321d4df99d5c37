"""Personal data made unreadable but recognisable: enough to see that a field was read rightly, too little to know whose it is."""

STARS = "***"


def masked_words(text: str) -> str:
    """`Anna Nowak` -> `A*** N***`."""
    first = (next((letter for letter in word if letter.isalnum()), "") for word in text.split())
    return " ".join(letter + STARS for letter in first if letter)


def masked_phone(e164: str) -> str:
    """`+48501223307` -> `+48 *** ** 07`."""
    import phonenumbers  # its table of all countries would be read at every start of the command line

    try:
        code = f"+{phonenumbers.parse(e164).country_code} "
    except phonenumbers.NumberParseException:
        code = ""
    return f"{code}{STARS} ** {e164[-2:]}"


def masked_email(address: str) -> str:
    """`anna@example.net` -> `a***@e***.net`."""
    mailbox, _, domain = address.rpartition("@")
    name, _, zone = domain.rpartition(".")
    return f"{mailbox[:1]}{STARS}@{name[:1]}{STARS}.{zone}"


def masked_handle(handle: str) -> str:
    """`tg:700042` -> `tg:***42`."""
    network, _, name = handle.rpartition(":")
    return f"{network}:{STARS}{name[-2:] if len(name) > 3 else ''}"
