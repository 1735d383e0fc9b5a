"""Numbers in every spelling: what each can mean, and that all spellings of a value mean the same."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.language.numbers import Approximation, Form, Number
from auditor.rulebook import load
from auditor.units import UNITS
from auditor.values import Interval

LEXICON = load().lexicon


def only(text: str, *, spelled: bool = False) -> Number:
    """Return the one number of a text."""
    (number,) = [one for one in LEXICON.scan(text, spelled=spelled) if one.form is not Form.TEXTUAL]
    return number


def values(text: str) -> list[Fraction | None]:
    """Return the printed values of a text's numbers, first meaning."""
    return [one.written[0].printed.middle for one in LEXICON.scan(text) if one.form is not Form.TEXTUAL]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("131072 tokens", 131072),
        ("131,072 tokens", 131072),
        ("131 072 tokens", 131072),
        ("131\u00a0072 tokens", 131072),
        ("131\u2009072 tokens", 131072),
        ("131\u202f072 tokens", 131072),
        ("131'072 tokens", 131072),
        ("131\u2019072 tokens", 131072),
        ("131_072 tokens", 131072),
        ("16 384 tokens", 16384),
        ("1 024", 1024),
        ("1'048'576 bytes", 2**20),
        ("2^20 bytes", 2**20),
        ("2**20 bytes", 2**20),
        ("2^{20} bytes", 2**20),
        ("2²⁰ bytes", 2**20),
        ("10⁹ parameters", 10**9),
        ("1e9 parameters", 10**9),
        ("1.0 × 10^9 parameters", 10**9),
        (r"1.0 \times 10^{9} parameters", 10**9),
        ("1.0·10⁹ parameters", 10**9),
        ("1 billion parameters", 10**9),
        ("1 B parameters", 10**9),
        ("0.5M tokens", 500_000),
        ("1.5k requests", 1500),
        ("three dozen GPUs", 36),
        ("3 dozen GPUs", 36),
        ("½ GB", Fraction(1, 2)),
        ("1½ hours", Fraction(3, 2)),
        ("½ hour", Fraction(1, 2)),
        ("half an hour", Fraction(1, 2)),
        ("half a million tokens", 500_000),
        ("a quarter of a million tokens", None),
        ("twenty-four layers", 24),
        ("one hundred and twenty-eight experts", 128),
        ("a thousand GPUs", 1000),
        ("sixteen GPUs", 16),
        ("１６ GPUs", 16),
        ("٣٢ GPUs", 32),
        ("१२८ GPUs", 128),
    ],
)
def test_a_value_is_read_in_every_spelling(text: str, value: Fraction | int | None) -> None:
    if value is None:
        assert not [one for one in LEXICON.scan(text, spelled=True) if one.form is not Form.TEXTUAL]
        return
    number = only(text, spelled=True)
    assert number.written[0].printed == Interval.exact(value)
    assert text[number.start : number.end].strip() in text


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("sizes 8, 192", [8, 192]),
        ("GPU 3 128 GB", [128]),
        ("1 2 4 8 16 32", [1, 2, 4, 8, 16, 32]),
        ("512 512 512", [512, 512, 512]),
        ("8 192 GB cards", [8, 192]),
        ("TP 8 128 GPUs", [8, 128]),
        ("batches of 1,16,256", [1, 16, 256]),
    ],
)
def test_a_list_is_no_number_with_spaces(text: str, found: list[int]) -> None:
    assert [value for value in values(text) if value != 3] == found


@pytest.mark.parametrize(
    "text",
    [
        "checkpoint 0731",
        "release R1-0528",
        "v0.11",
        "at 12:40",
        "since 2025-03-05 14:00:00",
        "March 3, 2025",
        "driver 535.104.05",
        "PR 05-26",
        "Llama 3.1 is used",
        "Qwen 2.5 is used",
        "vLLM 0.11",
        "DeepSeek 3",
        "sha 9f3c2a1b7d4e",
        "0x7f3a",
        "logs/run7/out.txt",
        "O(N log N)",
        "10⁹⁹⁹⁹",
        "9" * 41,
        "1e99",
        "SEQ_LEN=${10}",
        "x = $1",
    ],
)
def test_what_names_something_is_no_figure(text: str) -> None:
    assert all(number.form is Form.TEXTUAL for number in LEXICON.scan(text, spelled=True))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Llama 3.1 70B", [70 * 10**9]),
        ("Qwen 72B", [72 * 10**9]),
        ("vLLM 8 × H100", [8]),
        ("Slurm 64 nodes", [64]),
        ("GPT 175 billion parameters", [175 * 10**9]),
        ("14800000000000 tokens", [14_800_000_000_000]),
        ("0.731", [Fraction(731, 1000)]),
        ("0", [0]),
    ],
)
def test_what_looks_like_a_name_may_be_a_figure(text: str, found: list[Fraction]) -> None:
    assert values(text) == found


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2 h 30 min", 9000),
        ("1h30m", 5400),
        ("1 day, 4 hours and 10 minutes", 101_400),
        ("1-12:00:00", 129_600),
        ("2d 4h", 187_200),
        ("1 min 30 s", 90),
    ],
)
def test_a_duration_is_one_number(text: str, seconds: int) -> None:
    number = only(text)
    assert number.written[0].printed.middle == seconds
    assert (number.unit, text[number.start : number.end]) == ("s", text)


@pytest.mark.parametrize("text", ["12:40", "8 h", "30 min 2 h", "5 m", "4 d"])
def test_one_part_is_no_duration(text: str) -> None:
    assert not any(number.unit == "s" for number in LEXICON.scan(text))


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("4096 × 5120 × 2 B", ["", "", "byte"]),
        ("2 * 32 * 8 * 128 * 2B", ["", "", "", "", "byte"]),
        ("2 B/param", ["byte"]),
        ("131072 B", ["byte"]),
        ("3 × 7B", ["", ""]),
        ("8x7B", [""]),
        ("2 × 2B parameters", ["", ""]),
        ("70B", [""]),
        ("512 B", [""]),
    ],
)
def test_a_b_is_bytes_or_billions(text: str, units: list[str]) -> None:
    assert [number.unit for number in LEXICON.scan(text) if number.form is not Form.TEXTUAL] == units


@pytest.mark.parametrize(
    "text", ["the other two nodes", "first two stages", "one of them", "two more GPUs", "several thousand GPUs", "state of the one"]
)
def test_words_that_count_some_count_nothing(text: str) -> None:
    assert not LEXICON.scan(text, spelled=True)


@pytest.mark.parametrize(
    ("text", "bound", "low", "high"),
    [
        ("<50 ms", "<", None, 50),
        ("at most 50 ms", "<=", None, 50),
        ("(exceeding 50 ms)", ">", 50, None),
        ("takes over 50 ms", ">", 50, None),
        ("≤\u202f50 ms", "<=", None, 50),
        ("50+ ms", ">=", 50, None),
    ],
)
def test_a_bound_is_open_on_one_side(text: str, bound: str, low: int | None, high: int | None) -> None:
    number = only(text)
    assert (number.bound, number.written[0].interval) == (bound, Interval(*(None if one is None else Fraction(one) for one in (low, high))))
    assert number.approximation is Approximation.BOUND


STYLES = st.sampled_from(["{:d}", "{:,d}", "spaced", "thin", "narrow", "quoted", "curly", "under", "wide", "arabic"])
_SEPARATORS = {"spaced": "\u00a0", "thin": "\u2009", "narrow": "\u202f", "quoted": "'", "curly": "\u2019", "under": "_"}


def written(value: int, style: str) -> str:
    """Write a whole number in a style."""
    if style in _SEPARATORS:
        return f"{value:,d}".replace(",", _SEPARATORS[style])
    if style in ("wide", "arabic"):
        zero = ord("０" if style == "wide" else "٠")
        return "".join(chr(zero + int(digit)) for digit in str(value))
    return style.format(value)


@given(st.integers(0, 10**12 - 1), STYLES, st.sampled_from(["tokens", "GPUs", "parameters"]))
def test_a_whole_number_round_trips_in_every_style(value: int, style: str, noun: str) -> None:
    text = f"{written(value, style)} {noun}"
    number = only(text)
    assert number.written[0].printed == Interval.exact(value)
    assert text[number.digits : number.stop] == written(value, style)
    assert number.noun == noun.lower()


@given(st.integers(1, 10**6), st.integers(0, 3), st.sampled_from(["GB", "ms", "tokens/s", "TFLOPS", "%", "kWh", "GPU-hours"]))
def test_a_figure_is_known_to_its_last_digit(digits: int, places: int, unit: str) -> None:
    shown = f"{digits // 10**places}.{digits % 10**places:0{places}d}" if places else str(digits)
    number = only(f"{shown} {unit}")
    value = Fraction(digits, 10**places)
    interval = number.written[0].interval
    assert interval.contains(value)
    assert number.unit in UNITS
    if places:
        assert interval == Interval(value - Fraction(1, 2 * 10**places), value + Fraction(1, 2 * 10**places))


WORDS = {value: word for word, value in LEXICON.vocabulary.values.items()}


def in_words(value: int) -> str:
    """Write a number below a million in English words."""
    if value >= 1000:
        rest = value % 1000
        return f"{in_words(value // 1000)} thousand" + (f" {in_words(rest)}" if rest else "")
    if value >= 100:
        rest = value % 100
        return f"{WORDS[value // 100]} hundred" + (f" and {in_words(rest)}" if rest else "")
    if value in WORDS:
        return WORDS[value]
    return f"{WORDS[value - value % 10]}-{WORDS[value % 10]}"


@given(st.integers(2, 999_999))
def test_words_round_trip(value: int) -> None:
    text = f"with {in_words(value)} layers in all"
    assert only(text, spelled=True).written[0].printed == Interval.exact(value)


PIECES = [*"0123456789.,:/-+x×*^eEkKMB()$%~<>=_'½⁹⁻²٣１\n ", "GB", " per ", "GPU", "TP", "token", " and ", " to ", "h ", "two ", "million "]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)


@given(TEXTS)
def test_scanning_is_total_and_in_order(text: str) -> None:
    numbers = LEXICON.scan(text, spelled=True)
    for number in numbers:
        assert 0 <= number.start <= number.digits < number.stop <= len(text)
        assert number.stop <= max(number.end, number.stop) <= len(text)
        assert number.written
        assert not number.unit or number.unit in UNITS or UNITS[number.unit]
    assert [one.digits for one in numbers] == sorted(one.digits for one in numbers)


@given(TEXTS)
def test_every_ascii_digit_is_in_a_number_or_behind_one(text: str) -> None:
    covered = set[int]()
    for number in LEXICON.scan(text):
        covered.update(range(number.start, max(number.stop, number.end)))
    assert all(index in covered for index, character in enumerate(text) if "0" <= character <= "9")


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("1 968", ["1 968"]),
        ("about 14 500 a card", ["14 500"]),
        ("2 860 per node", ["2 860"]),
        ("2 860 tok/s", ["2 860"]),
        ("TP 8 128 heads", ["8", "128"]),
        ("8 128 a", ["8", "128"]),
        ("1 968 of 2 000 were fine", ["1", "968", "2 000"]),
    ],
)
def test_thousands_set_apart_by_a_space(text: str, digits: list[str]) -> None:
    assert [text[number.digits : number.stop] for number in load().lexicon.scan(text)] == digits
