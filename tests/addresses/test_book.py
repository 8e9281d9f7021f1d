"""地址簿"""

from datetime import timedelta
from uuid import uuid4

import pytest

from config.clock import beijing_day, utc_now
from models.addresses import Address
from models.audit import AuditEntry
from server.addresses.service import MOST
from tests.addresses.people import come
from tests.factories.addresses import CIVIL, UNIT, make_address
from tests.service import Client

BOOK = "/v1/addresses"


async def test_an_address_is_stored_in_one_form_and_read_in_full_by_its_owner(service: Client) -> None:
    mother = await come(service)

    added = await mother.post(BOOK, CIVIL | {"label": " 家里 ", "telephone": "180-1234-1999", "province": "江苏"})
    read = await mother.get(f"{BOOK}/{added.json['id']}")

    assert added.status == 201
    assert read.json == added.json
    assert (read.json["label"], read.json["telephone"], read.json["purge_on"]) == ("家里", "18012341999", None)
    assert read.json["address"] == "江苏省扬州市高邮市界首镇育才路12号"


async def test_the_list_is_masked_newest_first_and_pages(service: Client) -> None:
    mother = await come(service)
    first = await mother.post(BOOK, CIVIL)
    second = await mother.post(BOOK, UNIT)

    page = await mother.get(BOOK, params={"limit": "1"})
    rest = await mother.get(BOOK, params={"limit": "1", "cursor": page.json["next_cursor"]})

    [unit], [home] = page.json["items"], rest.json["items"]
    assert (unit["id"], home["id"]) == (second.json["id"], first.json["id"])
    assert (unit["masked_name"], unit["masked_telephone"]) == ("张**", "0991-****2345")
    assert unit["masked_address"] == "新疆维吾尔自治区喀什地区***"
    assert (home["masked_name"], home["masked_address"]) == ("段**", "江苏省扬州市高邮市***")
    assert "12345部队" not in page.body.decode() + rest.body.decode()
    assert "育才路" not in page.body.decode() + rest.body.decode()
    assert rest.json["next_cursor"] is None


async def test_nothing_of_an_address_is_stored_in_clear(service: Client) -> None:
    mother = await come(service)

    await mother.post(BOOK, UNIT)

    [row] = await Address.all().values()
    for secret in ("12345", "张三丰", "84612345", "喀什"):
        assert secret not in str(row)
    assert "张三丰" not in str(await AuditEntry.all().values())


async def test_a_units_address_is_forgotten_ninety_days_after_its_last_use(service: Client) -> None:
    mother = await come(service)

    added = await mother.post(BOOK, UNIT)

    assert added.json["purge_on"] == (beijing_day(utc_now()) + timedelta(days=90)).isoformat()


async def test_parts_of_an_address_are_changed_and_the_rest_stays(service: Client) -> None:
    mother = await come(service)
    added = await mother.post(BOOK, CIVIL)

    changed = await mother.patch(f"{BOOK}/{added.json['id']}", {"street": "维兴村3组", "label": "老家"})

    assert changed.status == 200
    assert (changed.json["address"], changed.json["label"]) == ("江苏省扬州市高邮市维兴村3组", "老家")
    assert changed.json["name"] == "段誉明"
    entry = await AuditEntry.get(action="address.changed")
    assert entry.detail == '{"fields":["label","street"]}'


async def test_an_address_that_becomes_a_units_loses_its_street_and_gets_a_day(service: Client) -> None:
    mother = await come(service)
    added = await mother.post(BOOK, CIVIL)

    changed = await mother.patch(f"{BOOK}/{added.json['id']}", {"kind": "po_box", "po_box": "123", "county": ""})

    assert changed.json["address"] == "江苏省扬州市123信箱"
    assert (changed.json["street"], changed.json["kind_label"]) == ("", "部队信箱")
    assert changed.json["purge_on"] is not None


async def test_a_removed_address_is_gone(service: Client) -> None:
    mother = await come(service)
    added = await mother.post(BOOK, CIVIL)

    removed = await mother.delete(f"{BOOK}/{added.json['id']}")
    again = await mother.delete(f"{BOOK}/{added.json['id']}")

    assert (removed.status, again.code) == (204, "AddressNotFound")
    assert await Address.all().count() == 0


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (UNIT | {"street": "育才路12号"}, "StreetBesideUnit"),
        (UNIT | {"unit_code": "第76集团军"}, "UnitDesignationRefused"),
        (UNIT | {"po_box": "12"}, "AddressKindMixed"),
        (CIVIL | {"province": "淮海省"}, "ProvinceUnknown"),
        (CIVIL | {"telephone": "12345"}, "AddressInvalid"),
    ],
)
async def test_what_is_wrong_is_refused_and_not_stored(service: Client, body: dict[str, str], code: str) -> None:
    mother = await come(service)

    refused = await mother.post(BOOK, body)

    assert (refused.status, refused.code) == (422, code)
    assert refused.json["errors"]
    assert await Address.all().count() == 0


async def test_without_the_consent_nothing_is_stored_or_changed(service: Client) -> None:
    stranger = await service.login("somebody-who-did-not-agree")
    entry = await make_address(account_id=stranger.account_id)

    added = await stranger.post(BOOK, CIVIL)
    changed = await stranger.patch(f"{BOOK}/{entry.id}", {"label": "老家"})

    assert (added.code, changed.code) == ("ConsentRequired", "ConsentRequired")
    assert await Address.all().count() == 1


async def test_somebody_elses_address_is_none(service: Client) -> None:
    mother, other = await come(service), await come(service, "somebody-else")
    added = await mother.post(BOOK, CIVIL)

    for path in (f"{BOOK}/{added.json['id']}", f"{BOOK}/{uuid4()}"):
        answers = [await other.get(path), await other.patch(path, {"label": "我的"}), await other.delete(path)]
        assert [answer.code for answer in answers] == ["AddressNotFound"] * 3
    assert await Address.all().count() == 1


async def test_a_book_has_fifty_places(service: Client) -> None:
    mother = await come(service)
    for _ in range(MOST - 1):
        await make_address(account_id=mother.account_id)

    last = await mother.post(BOOK, CIVIL)
    refused = await mother.post(BOOK, CIVIL)

    assert (last.status, refused.status, refused.code) == (201, 409, "AddressBookFull")
    assert await Address.all().count() == MOST
