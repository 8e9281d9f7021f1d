"""消息模板设置 — staff give a template its id and names, switch it off, and are told what does not go together."""

from typing import Any

import pytest

from models.notifications import NotificationTemplate
from tests.factories.cards import make_staff
from tests.factories.notifications import TEMPLATE_ID, use_template
from tests.races.ledger import count
from tests.service import Client

PATH = "/v1/staff/notification-templates"
KEY = "job_application"


async def administrator(service: Client) -> Client:
    client = await service.login("an-administrator")
    await make_staff(client.account_id, town_code=None)
    return client


async def test_every_template_of_the_file_is_listed_with_what_staff_set(service: Client) -> None:
    staff = await administrator(service)
    await use_template(field_names='{"thing1": "thing4"}')

    answer = await staff.get(PATH)

    items = {item["key"]: item for item in answer.json["items"]}
    assert answer.status == 200
    assert list(items)[:2] == ["parcel", "parcel_case"]
    assert [one["is_in_use"] for one in items.values()] == [key == KEY for key in items]
    assert items[KEY]["template_id"] == TEMPLATE_ID
    assert items[KEY]["fields"][0] == {
        "name": "thing1",
        "label": "进展",
        "kind": "thing",
        "source": "title",
        "name_at_wechat": "thing4",
    }
    assert (items["parcel"]["template_id"], items["parcel"]["changed_at"]) == ("", None)


async def test_a_template_gets_its_id_and_keeps_what_is_not_said(service: Client) -> None:
    staff = await administrator(service)

    first = await staff.patch(f"{PATH}/{KEY}", {"template_id": "an-id", "field_names": {"thing1": "thing4"}})
    second = await staff.patch(f"{PATH}/{KEY}", {"is_on": False})
    third = await staff.patch(f"{PATH}/{KEY}", {"template_id": "", "is_on": True})

    assert [answer.status for answer in (first, second, third)] == [200] * 3
    assert [answer.json["is_in_use"] for answer in (first, second, third)] == [True, False, False]
    stored = await NotificationTemplate.get(key=KEY)
    assert (stored.template_id, stored.is_on, stored.field_names) == (None, True, '{"thing1":"thing4"}')
    noted = "SELECT count(*) AS n FROM audit_entries WHERE action = 'notification_template.changed' AND record_id = $1"
    assert await count(noted, KEY) == 3


async def test_an_unknown_template_is_not_found(service: Client) -> None:
    staff = await administrator(service)

    answer = await staff.patch(f"{PATH}/unknown", {"is_on": False})

    assert (answer.status, answer.code) == (404, "NotificationTemplateNotFound")


async def test_two_templates_cannot_have_one_id(service: Client) -> None:
    staff = await administrator(service)
    await use_template()

    answer = await staff.patch(f"{PATH}/fair", {"template_id": TEMPLATE_ID})

    assert (answer.status, answer.code) == (409, "TemplateIdTaken")
    assert not await NotificationTemplate.exists(key="fair")


@pytest.mark.parametrize(
    "names",
    [
        {"thing9": "thing4"},
        {"thing1": "time4"},
        {"thing1": "rubbish"},
        {"thing1": "thing2"},
        {"thing1": "thing4", "thing2": "thing4"},
    ],
)
async def test_field_names_that_do_not_match_are_refused(service: Client, names: dict[str, str]) -> None:
    staff = await administrator(service)

    answer = await staff.patch(f"{PATH}/{KEY}", {"field_names": names})

    assert (answer.status, answer.code) == (422, "FieldNamesWrong")
    assert await NotificationTemplate.all().count() == 0


async def test_two_fields_may_change_places(service: Client) -> None:
    staff = await administrator(service)

    answer = await staff.patch(f"{PATH}/{KEY}", {"field_names": {"thing1": "thing2", "thing2": "thing1"}})

    assert answer.status == 200


@pytest.mark.parametrize("body", [{"template_id": "不是编号"}, {"template_id": "a" * 65}, {"page": "x"}, {"is_on": 1}])
async def test_a_setting_of_another_form_is_refused(service: Client, body: dict[str, Any]) -> None:
    staff = await administrator(service)

    assert (await staff.patch(f"{PATH}/{KEY}", body)).status == 400
