"""Names of ads, made of the brand's template of tokens. Plain Python: no Django, no clock.

A name is read by people and by spreadsheets that split it, so a token never brings blanks, emoji or the characters
that separate tokens in its template, and one that has nothing to say takes a separator along.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches

# TikTok takes up to 512 characters for the name of an ad, and no emoji (API for Business, /ad/create/: ad_name).
LONGEST = 512

USUAL = "{date}_{creator}_{angle}_{post_tail}"

# Token -> what it brings, in the user's words.
TOKENS: Mapping[str, str] = {
    "date": "first day of the flight, 20261123",
    "sku": "SKU of the post",
    "product": "product of the post",
    "creator": "handle, without @",
    "angle": "hook angle of the post",
    "use_case": "use case of the post",
    "offer": "offer of the post",
    "campaign": "name of the campaign",
    "account": "name of the ad account",
    "buyer": "first name of the buyer",
    "rights_end": "last day of the rights, 20261231; open if they have no end",
    "post_tail": "last six digits of the post id",
}

# These say which ad it is: they stay whole when a name is too long.
_WHOLE = frozenset({"date", "rights_end", "post_tail"})
_TAIL = 6
_TOKEN = re.compile(r"\{([^{}]*)\}")
_SEPARATORS = "_-|.~+:;,/ "
_NEVER = " {}<>\"'\\"


@dataclass(frozen=True, slots=True, kw_only=True)
class AdNameParts:
    """What the tokens of a name stand for; empty or None = not known.

    ``rights_end``: the last day of the rights; ``rights_open``: there are rights without an end.
    """

    starts_on: date | None = None
    sku: str = ""
    product: str = ""
    creator: str = ""
    angle: str = ""
    use_case: str = ""
    offer: str = ""
    campaign: str = ""
    account: str = ""
    buyer: str = ""
    rights_end: date | None = None
    rights_open: bool = False
    post_id: str = ""

    def values(self, separators: str = _SEPARATORS) -> dict[str, str]:
        """The text of each token, without what a name may not hold and without ``separators``."""
        ends = "open" if self.rights_open else _day(self.rights_end)
        found = {
            "date": _day(self.starts_on),
            "rights_end": ends,
            "post_tail": self.post_id[-_TAIL:],
        }
        return found | {
            name: clean_value(getattr(self, name), separators) for name in TOKENS if name not in found
        }


def check_template(text: str) -> list[str]:
    """What is wrong with a template, in the user's words; empty: it can be used. An empty one is the usual one."""
    problems = []
    for name in dict.fromkeys(_TOKEN.findall(text)):
        if name not in TOKENS:
            near = get_close_matches(name.strip().lower(), TOKENS, n=1)
            hint = f"Did you mean {{{near[0]}}}?" if near else f"There are {', '.join(map(_braced, TOKENS))}."
            problems.append(f"There is no token {{{name}}}. {hint}")
    literal = _TOKEN.sub("", text)
    if "{" in literal or "}" in literal:
        problems.append("A brace is open. A token stands between two of them: {date}.")
    if odd := _odd_characters(literal):
        problems.append(f"TikTok takes no emoji or control characters in names: {' '.join(odd)}")
    if text.strip() and not _TOKEN.search(text):
        problems.append("Every ad would have the same name: use at least one token, such as {post_tail}.")
    return problems


def build_ad_name(template: str, parts: AdNameParts) -> str:
    """The name that ``template`` (empty: the usual one) makes of ``parts``, at most LONGEST characters.

    Too long a name loses the ends of its longest words, never the day, the end of the rights or the tail of the id.
    Raises ValueError for a template that ``check_template`` finds fault with.
    """
    template = template.strip() or USUAL
    if problems := check_template(template):
        raise ValueError(problems[0])
    used_separators = "".join(char for char in _SEPARATORS if char in _TOKEN.sub("", template))
    values = parts.values(used_separators)
    name = _filled(template, values)
    while len(name) > LONGEST:
        used = [each for each in _TOKEN.findall(template) if each not in _WHOLE]
        longest = max(used, key=lambda each: len(values[each]), default="")
        if not longest or not values[longest]:
            return name[:LONGEST]
        kept = len(values[longest]) - max((len(name) - LONGEST) // used.count(longest), 1)
        values[longest] = values[longest][: max(kept, len(values[longest]) // 2)]
        name = _filled(template, values)
    return name


def check_ad_name(text: str) -> list[str]:
    """What TikTok would not take of a name that somebody typed, in the user's words."""
    problems = []
    if len(text) > LONGEST:
        problems.append(f"TikTok takes {LONGEST} characters: this name has {len(text)}.")
    if odd := _odd_characters(text):
        problems.append(f"TikTok takes no emoji or control characters in names: {' '.join(odd)}")
    return problems


def clean_value(text: str, separators: str = _SEPARATORS) -> str:
    """A text as a part of a name: words joined by nothing but a capital, without emoji and ``separators``."""
    plain = "".join(char for char in unicodedata.normalize("NFC", text) if not _is_odd(char))
    words = [word for word in re.split(rf"[\s{re.escape(separators + _NEVER)}]+", plain) if word]
    if len(words) < 2:
        return "".join(words)
    return "".join(word[:1].upper() + word[1:] for word in words)


def _filled(template: str, values: Mapping[str, str]) -> str:
    """The template with its values; of separators that meet because nothing is between them the first stays."""
    name = _TOKEN.sub(lambda token: values[token[1]] or "\0", template)
    # A token without a value takes the separator before it along, the first one that behind it.
    name = re.sub(rf"[{re.escape(_SEPARATORS)}]*\0", "", name) if "\0" in name else name
    return name.strip(_SEPARATORS)


def _odd_characters(text: str) -> list[str]:
    odd = dict.fromkeys(char for char in text if _is_odd(char))
    return [char if char.isprintable() else f"U+{ord(char):04X}" for char in odd]


def _is_odd(char: str) -> bool:
    """Whether a character is an emoji, a part of one, or none that is seen."""
    code = ord(char)
    return (
        unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
        or (unicodedata.category(char) == "So" and code > 0xFF)
        or 0xFE00 <= code <= 0xFE0F
        or 0x1F3FB <= code <= 0x1F3FF
    )


def _day(day: date | None) -> str:
    return f"{day:%Y%m%d}" if day else ""


def _braced(name: str) -> str:
    return f"{{{name}}}"
