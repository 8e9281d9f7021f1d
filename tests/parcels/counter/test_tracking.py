"""快递单号和打印"""

import pytest

from config.clock import utc_now
from models.audit import AuditEntry
from models.manifests import Manifest, ManifestParcel, ManifestState
from models.parcels import Parcel, ParcelState
from server.parcels.counter.tracking import TrackingNumberMistyped, check_digit, read_tracking_number
from tests.parcels.counter.conftest import Counter
from tests.printing.reading import LABEL_PRINTER_DPI, codes, flat, texts

S10 = "RR123456785CN"


@pytest.mark.parametrize(("digits", "check"), [("12345678", 5), ("47312482", 9), ("00000000", 5), ("00000006", 2)])
def test_the_check_digit_is_that_of_s10(digits: str, check: int) -> None:
    assert check_digit(digits) == check


@pytest.mark.parametrize("digit", "012346789")
def test_a_wrong_check_digit_of_an_s10_number_is_told(digit: str) -> None:
    with pytest.raises(TrackingNumberMistyped):
        read_tracking_number(f"RR12345678{digit}CN")


@pytest.mark.parametrize("text", ["rr 1234 5678 5 cn", "ＲＲ123456785ＣＮ", "RR-123456785-CN"])
def test_case_blanks_and_width_do_not_matter(text: str) -> None:
    assert read_tracking_number(text) == S10


@pytest.mark.parametrize("text", ["1234567", "快递12345678", "A" * 41, "12345678!"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(TrackingNumberMistyped):
        read_tracking_number(text)


async def test_a_number_is_given_and_corrected_until_the_manifest_is_closed(counter: Counter) -> None:
    parcel = await counter.parcel(state=ParcelState.ACCEPTED)

    first = await counter.track(parcel, "1234567890123")
    second = await counter.track(parcel, S10)
    manifest = await Manifest.create(
        number="JJ1", station_id=counter.station.id, carrier="ems", day=utc_now().date(), updated_at=utc_now()
    )
    await ManifestParcel.create(
        manifest=manifest, parcel=parcel, position=1, number=parcel.number, weight_grams=parcel.weight_grams
    )
    third = await counter.track(parcel, "1234567890128")
    await Manifest.filter(id=manifest.id).update(state=ManifestState.CLOSED)
    late = await counter.track(parcel, S10)

    assert [answer.status for answer in (first, second, third, late)] == [200, 200, 200, 409]
    assert late.code == "TrackingNumberFixed"
    assert (await Parcel.get(id=parcel.id)).tracking_number == "1234567890128"
    entries = await AuditEntry.filter(record_id=str(parcel.id)).order_by("created_at")
    assert [entry.action.removeprefix("parcel.tracking_number_") for entry in entries] == ["set", *["corrected"] * 2]


async def test_one_number_is_on_one_parcel(counter: Counter) -> None:
    one, other = [await counter.parcel(state=ParcelState.ACCEPTED) for _ in range(2)]
    await counter.track(one, S10)

    taken = await counter.track(other, S10)

    assert (taken.status, taken.code) == (409, "TrackingNumberTaken")
    assert (await Parcel.get(id=other.id)).tracking_number is None


async def test_a_booked_parcel_takes_no_number_and_prints_nothing(counter: Counter) -> None:
    parcel = await counter.parcel()

    tracked = await counter.track(parcel, S10)
    label = await counter.clerk.get(f"/v1/station/parcels/{parcel.number}/label.pdf")
    receipt = await counter.clerk.get(f"/v1/station/parcels/{parcel.number}/receipt.pdf")

    assert (tracked.code, label.code, receipt.code) == ("TrackingNumberFixed", "ParcelNotAccepted", "ParcelNotAccepted")


async def test_label_and_receipt_are_printed_and_every_print_is_on_record(counter: Counter) -> None:
    parcel = await counter.parcel()
    await counter.accept(parcel, weight_grams=2600, confirmed_total_fen=2100)
    await counter.track(parcel, S10)

    label = await counter.clerk.get(f"/v1/station/parcels/{parcel.number}/label.pdf")
    again = await counter.clerk.get(f"/v1/station/parcels/{parcel.number}/label.pdf")
    receipt = await counter.clerk.get(f"/v1/station/parcels/{parcel.number}/receipt.pdf")

    assert [answer.status for answer in (label, again, receipt)] == [200, 200, 200]
    assert codes(label.body, dpi=LABEL_PRINTER_DPI)["QR Code"] == parcel.number
    assert "收李四13900002888" in flat(texts(label.body)[0])
    text = flat(texts(receipt.body)[0])
    for words in ("实重2.6千克不小于体积重1千克，按3千克计费", "优惠，由示例单位承担-7.00元", "实付21.00元", "李*"):
        assert words in text, words
    assert "李四" not in text
    entries = await AuditEntry.filter(record_id=str(parcel.id), action__endswith="_printed").order_by("created_at")
    assert [entry.action for entry in entries] == [*["parcel.label_printed"] * 2, "parcel.receipt_printed"]


async def test_a_forgotten_parcel_prints_no_label(counter: Counter) -> None:
    parcel = await counter.parcel(state=ParcelState.DELIVERED)
    await Parcel.filter(id=parcel.id).update(sender_sealed=None, recipient_sealed=None)

    answer = await counter.clerk.get(f"/v1/station/parcels/{parcel.number}/label.pdf")

    assert (answer.status, answer.code) == (409, "ParcelForgotten")
