"""What each piece of an address is, by the sorts of its pieces alone: addresses of one shape are read once.

A shape is a text with one sign a piece: a word, a known town, a marker of a house, a number, a comma. The plan of a shape is a text of
the same length with one role a piece. So nothing here knows a street or a town; the words are in `address_words.tsv`.
"""

from functools import lru_cache

# Sorts of pieces.
WORD, TOWN, AREA, COUNTRY, LITTLE, TYPE, BEHIND, SAINT, ESTATE = "WKSClTtaE"
SETTLEMENT, HOUSE_OR_VILLAGE, FLAT_OR_TOWN, BUILDING_LETTER, BUILDING_OR_VILLAGE, TOWN_LETTER = "Jjmbsi"
REGION, REGION_FRONT, DISTRICT, DISTRICT_FRONT = "RyDc"
HOUSE, BUILDING, FLAT, FLOOR, NUMBER_SIGN, HASH = "HBFGQ#"
SHORT_NUMBER, NUMBER_OF_3, NUMBER_OF_4, LETTERED, ORDINAL, POSTCODE = "N34AOP"
OF_NUMBER, WRITTEN_NUMBER, LETTER, OTHER_LETTER, DIRECTION, BOX = "MULoXZ"
REST, COMMA, SLASH, HYPHEN = "+,/-"

# Roles of pieces.
DROPPED, STREET, SORT, SIDE, LITTLE_WORD = ".stxl"
HOUSE_NUMBER, HOUSE_LETTER, BUILDING_NUMBER, BUILDING_SIGN, FLAT_NUMBER, FLAT_LETTER = "habcfe"
MAIN_TOWN, PLACE, PART_OF_TOWN, DISTRICT_NAME, REGION_NAME = "PpdDR"
MARKED_FLAT = "F"
"""A flat's number behind a word for flats; without one the number may as well be that of a building: `45/3`."""

_NUMBERS = frozenset("N34A")
_TYPES = frozenset("TtE")
_NAMES = frozenset("WKXOLol")
_OPEN = frozenset("WTtEXOLol")
_JOINTS = frozenset("/-")
_MARKERS = frozenset("HBFGQ#")
_FLATS = frozenset("fF")
LONGEST = 64
"""Pieces of an address that are read."""


@lru_cache(maxsize=1 << 16)
def plan_of(shape: str) -> str:
    """The roles of a shape, piece by piece."""
    places = [place for place, sort in enumerate(shape) if sort != REST]
    roles = _Plan([shape[place] for place in places]).roles()
    found = [DROPPED] * len(shape)
    for place, role in zip(places, roles, strict=True):
        found[place] = role or DROPPED
    return "".join(found)


class _Plan:
    """One shape while it is read: sort and role of each piece, '' for a role that is still open."""

    def __init__(self, sorts: list[str]) -> None:
        self.given = tuple(sorts)
        self.sort = sorts
        self.role = [""] * len(sorts)

    def roles(self) -> list[str]:
        self._settle()
        self._name_regions()
        self._name_towns()
        self._number()
        self._name_street()
        return self.role

    def _at(self, place: int) -> str:
        return self.sort[place] if 0 <= place < len(self.sort) else ""

    def _settle(self) -> None:
        """Pieces that are one thing or another get the sort that they have here."""
        for place in range(len(self.sort)):
            self.sort[place] = self._settled(place)
        for place, sort in enumerate(self.sort):
            if sort in {COMMA, SLASH, HYPHEN, POSTCODE, COUNTRY, BOX} or sort in _MARKERS:
                self.role[place] = STREET if sort == BOX else DROPPED

    def _settled(self, place: int) -> str:
        sort, before, behind = self.sort[place], self._at(place - 1), self._at(place + 1)
        counted = behind in _NUMBERS or (behind in {NUMBER_SIGN, HASH} and self._at(place + 2) in _NUMBERS)
        if sort == HOUSE_OR_VILLAGE:
            return HOUSE if counted else self._lettered(place, SETTLEMENT)
        if sort == FLAT_OR_TOWN:
            return FLAT if counted else self._lettered(place, SETTLEMENT)
        if sort == BUILDING_LETTER:
            return BUILDING if counted else LETTER
        if sort == BUILDING_OR_VILLAGE and behind in _NUMBERS and any(one in _NUMBERS for one in self.sort[:place]):
            return BUILDING  # 101с1
        if sort in {BUILDING_OR_VILLAGE, TOWN_LETTER}:
            return self._lettered(place, SETTLEMENT)
        if sort in {HOUSE, BUILDING, FLAT, FLOOR}:
            return sort if self._marks(place, counted) else WORD
        if sort in {NUMBER_SIGN, HASH}:
            return self._settled_sign(place)
        if sort == SAINT:
            return self._settled_saint(place)
        if sort in _NUMBERS:
            return self._settled_number(place)
        if sort == AREA:
            ends = behind in {"", COMMA, POSTCODE, COUNTRY}
            return AREA if ends and (before in {WORD, TOWN, COMMA} or (not before and behind)) else WORD
        if sort == COUNTRY:
            ends = behind in {"", COMMA, POSTCODE} and before in {"", COMMA, POSTCODE, TOWN, WORD, AREA}
            return COUNTRY if ends or behind == TOWN or before == COMMA else WORD
        return {WRITTEN_NUMBER: ORDINAL, OF_NUMBER: WORD}.get(sort, sort)

    def _lettered(self, place: int, otherwise: str) -> str:
        """A letter behind a number and before no name is that of the house."""
        before, behind = self._at(place - 1), self._at(place + 1)
        joined = before in _NUMBERS or (before in _JOINTS and self._at(place - 2) in _NUMBERS)
        if joined and behind not in {WORD, TOWN}:
            return LETTER
        # In front of the name of a street it is an initial: ул. М. Горького, С. Лазо 5.
        numbered = behind == WORD and self._at(place + 2) in {*_NUMBERS, HOUSE, HOUSE_OR_VILLAGE}
        return OTHER_LETTER if before == TYPE or numbered else otherwise

    def _marks(self, place: int, counted: bool) -> bool:
        sort, before, behind = self.sort[place], self._at(place - 1), self._at(place + 1)
        if counted or (sort == FLOOR and before in _NUMBERS | {ORDINAL}):
            return True
        ends = self._at(place + 2) in {"", COMMA, *_MARKERS}
        return sort in {BUILDING, FLAT, FLOOR} and len(behind) == 1 and behind in "LoXbjmi" and ends

    def _settled_sign(self, place: int) -> str:
        if self._at(place - 1) in {HOUSE, BUILDING, FLAT, FLOOR}:
            return NUMBER_SIGN
        if self._at(place + 1) not in _NUMBERS:
            return NUMBER_SIGN
        numbered = any(
            sort in _NUMBERS and not (self._at(at - 1) in _TYPES and self._at(at - 2) in {"", COMMA})
            for at, sort in enumerate(self.sort[:place])
        )
        return FLAT if self.sort[place] == HASH and numbered else HOUSE

    def _settled_saint(self, place: int) -> str:
        if self._at(place + 1) in _NUMBERS and self._at(place - 1) not in _NAMES:
            return BUILDING
        rest = self._until_comma(place + 1)
        named = any(sort in "tT" for sort in rest) or self._at(place - 1) in {"", COMMA}
        return LITTLE if WORD in rest[:1] and named else BEHIND

    def _until_comma(self, place: int) -> list[str]:
        rest = self.sort[place:]
        return rest[: rest.index(COMMA)] if COMMA in rest else rest

    def _settled_number(self, place: int) -> str:
        sort, before, behind = self.sort[place], self._at(place - 1), self._at(place + 1)
        if sort != LETTERED and (behind == OF_NUMBER or (behind == HYPHEN and self._at(place + 2) == OF_NUMBER)):
            return ORDINAL
        named = self.given[max(place - 2, 0) : place]
        if named in {(TYPE, OF_NUMBER), (COMMA, OF_NUMBER), (OF_NUMBER,)} and self._numbered_behind(place):
            return ORDINAL  # Мая 1, д. 49
        numbered = any(one in _NUMBERS for one in self.sort[:place])
        names_town = behind in {WORD, TOWN} and not any(one in "TtEN3A" for one in self._until_comma(place + 1))
        if sort == NUMBER_OF_4 and behind == TOWN and before in {"", COMMA}:
            return POSTCODE
        later = not place and any(one in _NUMBERS for one in self.given[1:]) and COMMA in self.given
        if sort == NUMBER_OF_4 and names_town and (later or (before == COMMA and numbered)):
            return POSTCODE
        # A Greek, Czech or Swedish postcode is written in two pieces.
        halved = before == POSTCODE and self.given[place - 1] == NUMBER_OF_3
        if sort == SHORT_NUMBER and halved and behind in {WORD, TOWN}:
            return POSTCODE
        # A town's own district: Praha 1, Vodičkova 30.
        if before == TOWN and behind in {"", COMMA} and sum(one in _NUMBERS for one in self.given) > 1:
            return POSTCODE
        pair = behind == SHORT_NUMBER and self._at(place + 2) in {WORD, TOWN}
        first = not place and self._at(3) == COMMA and any(one in _NUMBERS for one in self.given[4:])
        if sort == NUMBER_OF_3 and pair and (first or (before == COMMA and numbered)):
            return POSTCODE
        return sort

    def _open(self, place: int, sorts: str) -> bool:
        return 0 <= place < len(self.sort) and not self.role[place] and self.sort[place] in sorts

    def _name_regions(self) -> None:
        for place, sort in enumerate(self.sort):
            if sort == AREA:
                self.role[place] = REGION_NAME
            if sort not in {REGION, REGION_FRONT, DISTRICT, DISTRICT_FRONT}:
                continue
            role = REGION_NAME if sort in {REGION, REGION_FRONT} else DISTRICT_NAME
            self.role[place] = DROPPED
            if sort in {REGION, DISTRICT} and self._open(place - 1, WORD):
                self.role[place - 1] = role
            elif self._open(place + 1, WORD):
                self.role[place + 1] = role
            elif self._open(place - 1, WORD):
                self.role[place - 1] = role

    def _name_towns(self) -> None:
        for place, sort in enumerate(self.sort):
            if sort != SETTLEMENT:
                continue
            self.role[place] = DROPPED
            named = self._names_behind(place) or self._names_before(place)
            for at in named:
                self.role[at] = MAIN_TOWN
        for place, sort in enumerate(self.sort):
            if sort == TOWN and not self.role[place]:
                if self._at(place + 1) == BEHIND or self._at(place - 1) == TYPE:
                    self.sort[place] = WORD
                else:
                    self.role[place] = MAIN_TOWN

    def _names_behind(self, place: int) -> list[int]:
        if self._open(place + 1, TOWN):
            return [place + 1]
        end = place + 1
        while self._open(end, "WXOLol"):
            end += 1
        # Without a comma a street may follow the town: г Рязань Ленина 5.
        if end < len(self.sort) and (self.sort[end] in _NUMBERS or self.sort[end] == HOUSE) and end > place + 2:
            end = place + 2
        return [at for at in range(place + 1, end) if self.sort[at] != LITTLE]

    def _names_before(self, place: int) -> list[int]:
        start = place
        while self._open(start - 1, "WKXO"):
            start -= 1
        return list(range(start, place))

    def _number(self) -> None:
        for place, sort in enumerate(self.sort):
            if sort in _NUMBERS and self._names_a_street(place):
                self.role[place] = STREET
                if self._at(place - 1) == HYPHEN:
                    self.role[place - 1] = DROPPED
        for place, sort in enumerate(self.sort):
            if sort in {HOUSE, BUILDING, FLAT, FLOOR}:
                self._take_marked(place, sort)
        marked = any(role == MARKED_FLAT for role in self.role)
        numbers = [place for place, sort in enumerate(self.sort) if sort in _NUMBERS and not self.role[place]]
        # In front of an English street the flat comes first: 4/123 Main Street.
        if numbers[:2] == [0, 2] and self.sort[1] == SLASH and BEHIND in self.sort and not marked:
            numbers[:2] = [2, 0]
        for place in numbers:
            self.role[place] = self._unmarked(place, marked)
            self._take_letter(place)

    def _names_a_street(self, place: int) -> bool:
        """Whether a number is a street's name or part of it: Calle 72 # 10, мкр. 5, д. 12, Берёзка-2, уч. 45, 3 Самотёчный пер., д. 11."""
        before = self._at(place - 1)
        named = before in {TYPE, ESTATE} and self._at(place - 2) in {"", COMMA, TOWN, SETTLEMENT}
        named |= self._at(place + 1) == ESTATE and before not in {TYPE, ESTATE}
        named |= self._at(place + 1) == WORD and HOUSE in self.sort[place:]
        named |= before == HYPHEN and self._at(place - 2) == WORD
        return named and self._numbered_behind(place)

    def _numbered_behind(self, place: int) -> bool:
        """Whether another number follows that may be a house: it is not joined to this one, and no flat."""
        if self._at(place + 1) in _JOINTS:
            return False
        return any(
            self.given[at] in _NUMBERS and not self._is_inside(self.given[at - 1 : at] or ("",))
            for at in range(place + 1, len(self.sort))
        )

    @staticmethod
    def _is_inside(marker: tuple[str, ...]) -> bool:
        return marker[0] in {FLAT, BUILDING, FLOOR, FLAT_OR_TOWN, BUILDING_LETTER, SLASH, HYPHEN}

    def _take_marked(self, place: int, sort: str) -> None:
        at = place + 1
        while self._at(at) == NUMBER_SIGN:
            at += 1
        if sort == FLOOR:
            if self._at(at) in _NUMBERS or (self._at(at) in "LoX" and self._at(at)):
                self.role[at] = DROPPED
            elif place and self._at(place - 1) in _NUMBERS | {ORDINAL} and not self.role[place - 1]:
                self.role[place - 1] = DROPPED
            return
        role = {HOUSE: HOUSE_NUMBER, BUILDING: BUILDING_NUMBER, FLAT: MARKED_FLAT}[sort]
        if self._at(at) in _NUMBERS and not self.role[at]:
            if role == HOUSE_NUMBER and role in self.role and MARKED_FLAT not in self.role:
                role = MARKED_FLAT  # No: 12 D: 5
            if role in self.role:
                self.role[at] = FLAT_LETTER if role == MARKED_FLAT else DROPPED
                return
            self.role[at] = role
            self._take_letter(at)
        elif self._at(at) and self._at(at) not in {COMMA, *_NUMBERS} and not self.role[at]:
            self._take_sign(place, at, role)

    def _take_sign(self, place: int, at: int, role: str) -> None:
        """A letter behind a marker: лит. А, Flat B, puerta B."""
        if role == MARKED_FLAT:
            self.role[at] = FLAT_LETTER
            return
        house = [one for one in range(place) if self.sort[one] in _NUMBERS and self.role[one] != STREET]
        self.role[at] = HOUSE_LETTER if house else BUILDING_SIGN

    def _take_letter(self, place: int) -> None:
        letter = {
            HOUSE_NUMBER: HOUSE_LETTER,
            BUILDING_NUMBER: BUILDING_SIGN,
            FLAT_NUMBER: FLAT_LETTER,
            MARKED_FLAT: FLAT_LETTER,
        }.get(self.role[place])
        at = place + 1
        joined = self._at(at) in _JOINTS
        at += joined
        sort, behind = self._at(at), self._at(at + 1)
        if letter is None or not sort or self.role[at]:
            return
        if sort == LETTER or (sort in {OTHER_LETTER, DIRECTION} and (joined or behind in {"", COMMA, *_MARKERS})):
            self.role[at] = letter

    def _unmarked(self, place: int, flat_marked: bool) -> str:
        before = place - 2
        if not place and HOUSE_NUMBER in self.role:
            return FLAT_NUMBER
        if self._at(before) in {LETTER, OTHER_LETTER}:
            before -= 1
        joined = self._at(place - 1) in _JOINTS and self._at(before) in _NUMBERS
        has_flat = any(role in _FLATS for role in self.role)
        if joined and self.role[before] == HOUSE_NUMBER:
            another = self._at(place + 1) in _JOINTS and self._at(place + 2) in _NUMBERS
            return BUILDING_NUMBER if another or flat_marked else DROPPED if has_flat else FLAT_NUMBER
        if joined and self.role[before] == BUILDING_NUMBER:
            return DROPPED if has_flat else FLAT_NUMBER
        if HOUSE_NUMBER not in self.role:
            return HOUSE_NUMBER
        if FLAT_NUMBER in self.role and BUILDING_NUMBER not in self.role:
            self.role[self.role.index(FLAT_NUMBER)] = BUILDING_NUMBER  # three numbers are house, building and flat
            return FLAT_NUMBER
        return DROPPED if has_flat else FLAT_NUMBER

    def _name_street(self) -> None:
        runs = self._runs()
        typed = [run for run in runs if any(self.sort[at] in "Tt" for at in run)]
        estates = [run for run in runs if run not in typed and any(self.sort[at] == ESTATE for at in run)]
        boxed = BOX in self.sort
        chosen: list[int] = []
        if typed and not boxed:
            chosen = self._choose(typed)
        elif estates and not boxed:
            chosen = self._beside_number([run for run in runs if run not in estates], touching=True) or estates[-1]
        elif runs and not boxed:
            chosen = self._beside_number(runs)
        joined = self._house_name(runs, chosen)
        self._take_street(chosen)
        for run in runs:
            if run is joined:
                self._give(run, STREET)
            elif run is not chosen:
                self._give(run, PART_OF_TOWN if any(self.sort[at] == ESTATE for at in run) else PLACE)
        if not chosen and not boxed:
            self._village()

    def _runs(self) -> list[list[int]]:
        """Neighbouring pieces that are still open, and numbers of street names among them; parted before each type in front."""
        runs: list[list[int]] = []
        last = -2
        for place, sort in enumerate(self.sort):
            numbered = self.role[place] == STREET and sort in _NUMBERS
            dash = sort == HYPHEN and runs and last == place - 1 and self.role[place] == DROPPED
            if (not self.role[place] and sort in _OPEN) or numbered:
                types = runs[-1] if runs else []
                names = (
                    self._at(place + 1) in {WORD, ORDINAL, LITTLE, LETTER, OTHER_LETTER, *_NUMBERS} or sort == ESTATE
                )
                split = sort in {TYPE, ESTATE} and names and any(self.sort[at] in {ESTATE, TYPE} for at in types)
                if last != place - 1 or (split and any(self.sort[at] == WORD for at in types)):
                    runs.append([])
                runs[-1].append(place)
                last = place
            elif dash and (self.role[place + 1 : place + 2] == [STREET] or self.sort[place - 1] == ORDINAL):
                last = place
        return [run for run in runs if any(self.sort[at] in "WTtEO" or self.role[at] for at in run)]

    def _house(self) -> int:
        for role in (HOUSE_NUMBER, BUILDING_NUMBER):
            if role in self.role:
                return self.role.index(role)
        return -1

    def _choose(self, typed: list[list[int]]) -> list[int]:
        house = self._house()
        before = [run for run in typed if run[-1] < house]
        behind = [run for run in typed if run[0] > house]
        if house >= 0 and behind and (self._commas(house, behind[0][0]) == 0 or not before):
            return behind[0]
        if house >= 0 and before:
            return before[-1]
        return typed[-1]

    def _commas(self, start: int, end: int) -> int:
        return self.sort[start:end].count(COMMA)

    def _beside_number(self, runs: list[list[int]], *, touching: bool = False) -> list[int]:
        """The words at the house, none if they must touch it and do not."""
        house = self._house()
        if touching and (house < 0 or not runs):
            return []
        if house < 0:
            return runs[0] if len(runs) == 1 else [at for run in runs for at in run]
        before = [run for run in runs if run[-1] < house]
        behind = [run for run in runs if run[0] > house]
        if before and self._commas(before[-1][-1], house) == 0:
            return before[-1]
        if behind and self._commas(house, behind[0][0]) == 0:
            return behind[0]
        if touching:
            return []
        if before and (not self._flat_between(before[-1][-1], house)):
            return before[-1]
        return behind[0] if behind else before[-1]

    def _flat_between(self, start: int, end: int) -> bool:
        return any(self.role[at] in _FLATS for at in range(start, end) if self.role[at])

    def _house_name(self, runs: list[list[int]], chosen: list[int]) -> list[int] | None:
        """A house with a name and no number, as in English villages: The Old Mill, Church Lane, Lower Heyford."""
        if len(runs) < 2 or runs[1] is not chosen or any(sort in _NUMBERS for sort in self.sort):
            return None
        last = self.sort[chosen[-1]]
        follows = len(runs) > 2 or MAIN_TOWN in self.role[chosen[-1] :]
        return runs[0] if last == BEHIND and follows and runs[0][0] == 0 else None

    def _take_street(self, run: list[int]) -> None:
        types = [at for at in run if self.sort[at] in _TYPES]
        words = [at for at in run if self.sort[at] in "WO" or self.role[at] == STREET]
        if len(types) >= 1 and any(at < types[0] for at in words) and any(at > types[-1] for at in words):
            self._part_from_place(run, types)
        else:
            self._give(run, STREET)

    def _part_from_place(self, run: list[int], types: list[int]) -> None:
        """A type between words: Main St Springfield, Рязань ул. Ленина. The words towards the house are the street."""
        house = self._house()
        forward = self.sort[types[-1]] == TYPE
        if house > run[-1] and self._commas(run[-1], house) == 0:
            forward = True
        elif 0 <= house < run[0] and self._commas(house, run[0]) == 0:
            forward = False
        if forward:
            start = max(at for at in types if self.sort[at] in _TYPES)
            self._give([at for at in run if at < start], PLACE)
            self._give([at for at in run if at >= start], STREET)
        else:
            self._give([at for at in run if at > types[-1]], PLACE)
            self._give([at for at in run if at <= types[-1]], STREET)

    def _give(self, run: list[int], role: str) -> None:
        for at in run:
            sort = self.sort[at]
            if sort in _TYPES:
                self.role[at] = SORT if role == STREET else DROPPED
            elif sort in {LETTER, OTHER_LETTER}:
                self.role[at] = DROPPED
            elif sort == LITTLE:
                self.role[at] = LITTLE_WORD if role == STREET else DROPPED
            elif sort == DIRECTION and role == STREET:
                self.role[at] = SIDE
            else:
                self.role[at] = role

    def _village(self) -> None:
        """Houses of a village without streets stand by its own name."""
        towns = [at for at, role in enumerate(self.role) if role == MAIN_TOWN]
        if not towns:
            return
        start = towns[-1]
        while start and self.role[start - 1] == MAIN_TOWN and self.sort[start] != TOWN:
            start -= 1
        for at in range(start, towns[-1] + 1):
            self.role[at] = STREET
