"""Codes as an operator brings them or has them made, and what may be wrong with them."""

import secrets
from dataclasses import dataclass
from typing import Final, TypeAlias

from subgraphs.rewards.model.bounds import check_range
from subgraphs.runtime.results import Violation

MAX_CODES: Final = 10_000
MIN_CODE: Final = 4
MAX_CODE: Final = 64
MAX_PREFIX: Final = 32
# Five bits each and none like another when read aloud or copied by hand: the letters without I, L, O and U.
ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
# Twelve carry 60 bits: who tries a thousand codes a second meets one of a million in 36 years.
MIN_RANDOM: Final = 12
MAX_SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class BroughtCodes:
    """Codes of one's own."""

    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GeneratedCodes:
    """So many new codes: a prefix, and `length` random characters."""

    count: int
    prefix: str
    length: int


CodesDraft: TypeAlias = BroughtCodes | GeneratedCodes


def check_codes(draft: CodesDraft) -> list[Violation]:
    """Everything that is wrong with them; of many bad codes the first twenty."""
    match draft:
        case BroughtCodes(codes):
            return _check_brought(codes)
        case GeneratedCodes(count, prefix, length):
            path = ("input", "generate")
            violations = check_range((*path, "count"), "COUNT", count, 1, MAX_CODES)
            if len(prefix) > MAX_PREFIX or not _is_plain(prefix):
                message = f"a prefix has at most {MAX_PREFIX} printable ASCII characters without blanks"
                violations.append(Violation((*path, "prefix"), "PREFIX", message))
            if not MIN_RANDOM <= length <= MAX_CODE - len(prefix):
                message = (
                    f"length counts the random characters: at least {MIN_RANDOM}, so that no code can be guessed, "
                    f"and with the prefix at most {MAX_CODE}"
                )
                violations.append(Violation((*path, "length"), "LENGTH", message))
            return violations


def generate_codes(draft: GeneratedCodes, count: int) -> list[str]:
    """So many codes, all distinct, from the system's secure source."""
    codes: dict[str, None] = {}
    while len(codes) < count:
        codes[draft.prefix + "".join(secrets.choice(ALPHABET) for _ in range(draft.length))] = None
    return list(codes)


def _check_brought(codes: tuple[str, ...]) -> list[Violation]:
    if not 1 <= len(codes) <= MAX_CODES:
        return [Violation(("input", "codes"), "COUNT", f"a call brings 1 to {MAX_CODES:,} codes")]
    message = f"a code has {MIN_CODE} to {MAX_CODE} printable ASCII characters without blanks"
    bad = [number for number, code in enumerate(codes) if not (MIN_CODE <= len(code) <= MAX_CODE and _is_plain(code))]
    return [Violation(("input", "codes", str(number)), "CODE", message) for number in bad[:MAX_SHOWN]]


def _is_plain(text: str) -> bool:
    return text.isascii() and text.isprintable() and " " not in text
