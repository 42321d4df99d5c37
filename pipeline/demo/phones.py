"""Telephone numbers of the demo's people: valid for the country, unique, never a well-known fake."""

import random

from phonenumbers import PhoneNumber, is_valid_number

_MOBILE = {
    "ru": (7, 10, "903 905 906 909 910 912 913 915 916 917 919 920 921 922 925 926 927 929 950 951 953 960 961 963 964 965 967 968 977 981 982 983 985 987 988 999"),
    "pl": (48, 9, "500 501 502 503 504 505 506 507 508 509 510 511 512 513 514 515 516 517 518 519 530 531 532 533 534 535 537 600 601 602 603 604 605 606 607 608 609 660 661 662 663 664 665 667 668 669 691 692 693 694 695 696 697 698 721 722 723 724 725 726 728 781 782 783 784 785 787 788 790 791 792 793 794 795 796 797 798 880 881 882 883 884 885 886 887 888 889"),
    "en": (44, 10, "7400 7401 7402 7411 7415 7425 7429 7446 7455 7470 7478 7482 7493 7500 7508 7513 7515 7525 7533 7538 7540 7549 7552 7557 7561 7578 7584 7590 7595 7702 7707 7711 7725 7736 7739 7743 7752 7761 7766 7771 7779 7780 7786 7789 7790 7795 7803 7809 7810 7814 7817 7821 7825 7828 7835 7840 7846 7850 7855 7860 7867 7875 7880 7884 7890 7899 7900 7904 7908 7912 7916 7921 7928 7932 7940 7946 7950 7957 7963 7966 7970 7976 7980 7986 7990"),
}  # fmt: skip
_LANDLINE = {
    "ru": (7, 10, "495 499 812 343 383 843 846 863"),
    "pl": (48, 9, "22 12 71 61 58 42 32 81"),
    "en": (44, 10, "20 161 121 117 113 131"),
}
_COUNTRY_DIGITS = {"ru": 1, "pl": 2, "en": 2}


def _draw(rng: random.Random, plan: tuple[int, int, str], taken: set[str]) -> str:
    country, length, prefixes = plan
    while True:
        prefix = rng.choice(prefixes.split())
        rest = length - len(prefix)
        national = f"{prefix}{rng.randrange(10**rest):0{rest}d}"
        number = f"+{country}{national}"
        monotone = len(set(national[-6:])) < 3  # a filter for fakes may refuse these, a rare person may own one
        if number in taken or monotone or not is_valid_number(PhoneNumber(country, int(national))):
            continue
        taken.add(number)
        return number


def draw_mobile(rng: random.Random, language: str, taken: set[str]) -> str:
    """A free mobile number as E.164; it is added to `taken`."""
    return _draw(rng, _MOBILE[language], taken)


def draw_landline(rng: random.Random, language: str, taken: set[str]) -> str:
    """A free fixed number as E.164; it is added to `taken`."""
    return _draw(rng, _LANDLINE[language], taken)


def country_of(e164: str) -> str:
    """The language whose country the number belongs to."""
    return "ru" if e164.startswith("+7") else "pl" if e164.startswith("+48") else "en"


def national_digits(e164: str) -> str:
    """The digits without the country code."""
    return e164[1 + _COUNTRY_DIGITS[country_of(e164)] :]
