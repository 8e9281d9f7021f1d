"""报价 — whole fen, the heavier weight, full steps; hypothesis looks for what breaks the rules."""

import dataclasses
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.addresses import AddressKind
from server.addresses.provinces import PROVINCES
from server.parcels.quote import ChargedWeight, Consignment, Impossible, Obstacle, Quote, kilograms, quote, weigh
from server.parcels.tariff_terms import Concession, Insurance, TariffTerms, TariffTermsInvalid, Zone, check_terms

TERMS = TariffTerms(
    zones=(
        Zone(code="省内", provinces=("江苏",), first_fen=800, step_fen=100),
        Zone(code="边远", provinces=("新疆", "西藏"), first_fen=2001, step_fen=450),
    ),
    first_grams=1000,
    step_grams=500,
    volumetric_divisor=6000,
    max_weight_grams=30_000,
    max_side_mm=1500,
    max_sides_sum_mm=3000,
    insurance=Insurance(rate_per_10000=50, minimum_fen=100, most_value_fen=1_000_000),
    concession=Concession(percent=15, bearer="示例：承运方", kinds=(AddressKind.UNIT_CODE, AddressKind.PO_BOX)),
)
PARCEL = Consignment(
    province="江苏省", kind=AddressKind.UNIT_CODE, weight_grams=3000, length_mm=100, width_mm=100, height_mm=100
)


def quoted(**overrides: Any) -> Quote:
    found = quote(dataclasses.replace(PARCEL, **overrides), TERMS)
    assert isinstance(found, Quote)
    return found


def obstacle(terms: TariffTerms = TERMS, **overrides: Any) -> Impossible:
    found = quote(dataclasses.replace(PARCEL, **overrides), terms)
    assert isinstance(found, Impossible)
    return found


def test_the_first_weight_has_one_price_and_each_further_step_another() -> None:
    prices = {grams: quoted(weight_grams=grams).price_fen for grams in (1, 1000, 1001, 1500, 1501, 3000)}

    assert prices == {1: 800, 1000: 800, 1001: 900, 1500: 900, 1501: 1000, 3000: 1200}


def test_the_volumetric_weight_is_charged_where_it_is_larger_and_says_so() -> None:
    found = quoted(weight_grams=3000, length_mm=420, width_mm=300, height_mm=200)

    assert found.weight == ChargedWeight(actual_grams=3000, volumetric_grams=4200, charged_grams=4500)
    assert found.weight.sentence == "体积重 4.2 千克大于实重 3 千克，按 4.5 千克计费"


def test_the_actual_weight_is_charged_otherwise_and_says_so() -> None:
    assert quoted().weight.sentence == "实重 3 千克不小于体积重 0.167 千克，按 3 千克计费"


def test_without_a_divisor_the_volume_does_not_count() -> None:
    terms = terms_with(volumetric_divisor=None)

    weight = weigh(dataclasses.replace(PARCEL, length_mm=1500, width_mm=1500), terms)

    assert (weight.volumetric_grams, weight.charged_grams) == (None, 3000)
    assert weight.sentence == "实重 3 千克，不计体积重，按 3 千克计费"


def terms_with(**changes: Any) -> TariffTerms:
    return msgspec.structs.replace(TERMS, **changes)


def test_the_concession_is_for_its_kinds_of_address_and_rounded_down() -> None:
    unit = quoted(province="新疆维吾尔自治区", weight_grams=500)
    home = quoted(province="新疆维吾尔自治区", weight_grams=500, kind=AddressKind.CIVIL)

    assert (unit.price_fen, unit.concession_fen, unit.paid_fen) == (2001, 300, 1701)
    assert unit.concession_bearer == "示例：承运方"
    assert (home.concession_fen, home.concession_bearer, home.paid_fen) == (0, "", 2001)


def test_a_concession_may_have_a_ceiling() -> None:
    limited = terms_with(concession=Concession(percent=100, bearer="市", kinds=tuple(AddressKind), most_fen=500))

    found = quote(PARCEL, limited)

    assert isinstance(found, Quote)
    assert (found.price_fen, found.concession_fen, found.paid_fen) == (1200, 500, 700)


def test_the_insurance_is_rounded_up_and_has_a_least_fee() -> None:
    fees = {value: quoted(declared_value_fen=value).insurance_fen for value in (0, 1, 20_000, 20_001, 1_000_000)}

    assert fees == {0: 0, 1: 100, 20_000: 100, 20_001: 101, 1_000_000: 5000}
    assert quoted(declared_value_fen=20_001).paid_fen == 1200 - 180 + 101


@pytest.mark.parametrize(
    ("overrides", "reason", "words"),
    [
        ({"weight_grams": 30_001}, Obstacle.TOO_HEAVY, "最大重量 30 千克"),
        ({"height_mm": 1501}, Obstacle.TOO_LONG, "150 厘米"),
        ({"length_mm": 1500, "width_mm": 1000, "height_mm": 501}, Obstacle.TOO_LARGE, "300 厘米"),
        ({"province": "海南省"}, Obstacle.NOT_THERE, "海南省"),
        ({"declared_value_fen": 1_000_001}, Obstacle.VALUE_TOO_HIGH, "10000 元"),
    ],
)
def test_a_service_that_does_not_take_the_parcel_says_why(
    overrides: dict[str, Any], reason: Obstacle, words: str
) -> None:
    found = obstacle(**overrides)

    assert found.obstacle is reason
    assert words in found.sentence


def test_a_service_without_insurance_takes_no_declared_value() -> None:
    assert obstacle(terms_with(insurance=None), declared_value_fen=1).obstacle is Obstacle.NOT_INSURED


def test_only_a_service_by_air_minds_what_may_not_fly() -> None:
    found = obstacle(terms_with(by_air=True), forbids_air="充电宝不能走航空")

    assert found == Impossible(Obstacle.NOT_BY_AIR, "充电宝不能走航空")
    assert quoted(forbids_air="充电宝不能走航空").price_fen == 1200


def test_weights_are_written_in_the_shortest_exact_form() -> None:
    assert [kilograms(grams) for grams in (1, 500, 4200, 3000, 10_050)] == ["0.001", "0.5", "4.2", "3", "10.05"]


tariffs = st.builds(
    TariffTerms,
    zones=st.builds(
        Zone,
        code=st.just("全国"),
        provinces=st.just(PROVINCES),
        first_fen=st.integers(0, 10_000),
        step_fen=st.integers(0, 5_000),
    ).map(lambda zone: (zone,)),
    first_grams=st.integers(1, 3000),
    step_grams=st.integers(1, 3000),
    volumetric_divisor=st.one_of(st.none(), st.sampled_from([5000, 6000, 12_000])),
    max_weight_grams=st.just(1_000_000),
    max_side_mm=st.just(100_000),
    insurance=st.one_of(
        st.none(),
        st.builds(
            Insurance,
            rate_per_10000=st.integers(0, 10_000),
            minimum_fen=st.integers(0, 1000),
            most_value_fen=st.just(10_000_000),
        ),
    ),
    concession=st.one_of(
        st.none(),
        st.builds(
            Concession,
            percent=st.integers(1, 100),
            bearer=st.just("市"),
            kinds=st.just(tuple(AddressKind)),
            most_fen=st.one_of(st.none(), st.integers(0, 5000)),
        ),
    ),
)
consignments = st.builds(
    Consignment,
    province=st.sampled_from(PROVINCES),
    kind=st.sampled_from(AddressKind),
    weight_grams=st.integers(1, 50_000),
    length_mm=st.integers(1, 2000),
    width_mm=st.integers(1, 2000),
    height_mm=st.integers(1, 2000),
)


def price(consignment: Consignment, terms: TariffTerms) -> int:
    found = quote(consignment, terms)
    assert isinstance(found, Quote)
    return found.price_fen


@given(tariffs, consignments, st.integers(1, 50_000))
def test_more_weight_never_costs_less(terms: TariffTerms, consignment: Consignment, more_grams: int) -> None:
    heavier = dataclasses.replace(consignment, weight_grams=consignment.weight_grams + more_grams)

    assert price(consignment, terms) <= price(heavier, terms)


@given(tariffs, consignments)
def test_what_is_charged_is_the_larger_weight_rounded_up_to_the_step(
    terms: TariffTerms, consignment: Consignment
) -> None:
    weight = weigh(consignment, terms)

    larger = max(weight.actual_grams, weight.volumetric_grams or 0)
    assert weight.charged_grams >= larger
    assert (weight.charged_grams - terms.first_grams) % terms.step_grams == 0
    assert weight.charged_grams == terms.first_grams or weight.charged_grams - terms.step_grams < larger
    if terms.volumetric_divisor is not None:
        cubic_mm = consignment.length_mm * consignment.width_mm * consignment.height_mm
        assert weight.volumetric_grams is not None
        assert 0 <= weight.volumetric_grams * terms.volumetric_divisor - cubic_mm < terms.volumetric_divisor


@given(tariffs, consignments)
def test_a_concession_never_exceeds_the_price_nor_is_anything_negative(
    terms: TariffTerms, consignment: Consignment
) -> None:
    found = quote(consignment, terms)

    assert isinstance(found, Quote)
    assert 0 <= found.concession_fen <= found.price_fen
    assert found.paid_fen == found.price_fen - found.concession_fen + found.insurance_fen >= 0
    assert bool(found.concession_fen) == bool(found.concession_bearer)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"zones": (Zone("甲", ("淮海",), 1, 1),)}, "terms.zones[0].provinces"),
        ({"zones": (Zone("甲", ("江苏",), 1, 1), Zone("乙", ("江苏省",), 1, 1))}, "terms.zones[1].provinces"),
        ({"zones": (Zone("甲", ("江苏",), 1, 1), Zone("甲", ("安徽",), 1, 1))}, "terms.zones[1].code"),
        ({"max_weight_grams": 999}, "terms.max_weight_grams"),
        ({"max_sides_sum_mm": 1499}, "terms.max_sides_sum_mm"),
    ],
)
def test_terms_that_contradict_themselves_are_refused(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(TariffTermsInvalid) as refused:
        check_terms(terms_with(**changes))

    assert [fault.field for fault in refused.value.errors] == [field]


def test_terms_in_order_are_taken() -> None:
    check_terms(TERMS)
