"""码 — quiet zones, whole dots of a label printer, and what is refused."""

import pytest

from server.printing.codes import DOT_MM, CodeDoesNotFit, code_128_modules, qr_modules


def test_a_qr_code_is_a_square_with_four_white_modules_around_it() -> None:
    modules = qr_modules("YB1:18-3-0042")

    assert modules.width == modules.height
    assert min(x for x, _, _ in modules.dark) == 4
    assert min(y for _, y, _ in modules.dark) == 4
    assert max(x + length for x, _, length in modules.dark) == modules.width - 4
    assert max(y for _, y, _ in modules.dark) == modules.height - 5


def test_a_code_128_has_ten_white_modules_before_and_after_it() -> None:
    modules = code_128_modules("YB26112400018K")

    assert min(x for x, _, _ in modules.dark) == 10
    assert max(x + length for x, _, length in modules.dark) == modules.width - 10
    assert {y for _, y, _ in modules.dark} == {0}


def test_digits_are_packed_in_pairs() -> None:
    assert code_128_modules("12345678").width < code_128_modules("ABCDEFGH").width


@pytest.mark.parametrize("available", [12.4, 25, 33.3, 90, 170])
def test_modules_are_whole_dots_of_a_label_printer_and_fit(available: float) -> None:
    modules = qr_modules("YB1:18-3-0042")

    module = modules.size_mm(available)

    assert module % DOT_MM == 0
    assert 0.25 <= module <= 0.75
    assert module * modules.width <= available


def test_a_code_whose_modules_would_be_too_small_to_scan_is_refused() -> None:
    modules = qr_modules("YB1:18-3-0042")

    assert modules.size_mm(modules.width * 0.25) == 0.25
    with pytest.raises(CodeDoesNotFit):
        modules.size_mm(modules.width * 0.25 - 0.1)


@pytest.mark.parametrize("content", ["", "包裹", "a\nb", "é", "１２", "\x00", "\xf1"])
def test_code_128_takes_printable_ascii_only(content: str) -> None:
    with pytest.raises(ValueError, match="printable ASCII"):
        code_128_modules(content)


@pytest.mark.parametrize(("content", "why"), [("", "needs content"), ("x" * 3_000, "Data too large")])
def test_what_no_qr_code_can_hold_is_refused(content: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        qr_modules(content)
