"""花名册导入"""

import json
from datetime import date

import pytest
from tortoise.context import TortoiseContext

from config.clock import utc_now
from models.audit import AuditEntry
from models.cards import Card, CardHolder, CardKind, CardState
from models.errors import Refusal
from server.cards.roster import Importer, import_roster
from server.tables.faults import TableHasNoRows, TableRejected
from server.tables.headers import WrongHeaders
from server.tables.table import UnreadableSpreadsheet
from tests.cards.rosters import AT, HEADERS, OPERATOR, bring_in, csv_of, line, make_towns
from tests.factories.cards import make_account, make_card, sample_id_number

pytestmark = pytest.mark.usefixtures("towns")


@pytest.fixture
async def towns(database: TortoiseContext) -> None:
    await make_towns()


def messages(refusal: Refusal) -> list[tuple[str, str]]:
    return [(error.field, error.message) for error in refusal.errors]


async def test_a_roster_makes_holders_and_their_cards() -> None:
    report = await bring_in(line(1), line(2, 证件类别="三属", 户籍乡镇="外地", 手机号="", 有效期至=""))

    first = await Card.get(last4="0001").select_related("holder")
    second = await Card.get(last4="0002").select_related("holder")
    assert (report.rows, report.created, report.updated, report.unchanged) == (2, 2, 0, 0)
    assert (first.holder.name, first.holder.id_number) == ("张三丰", sample_id_number(1))
    assert (first.holder.town_id, first.holder.mobile) == ("321084109", "18000000001")
    assert (first.kind, first.state, first.number) == (CardKind.VETERAN, CardState.ACTIVE, "YD000000000001")
    assert (first.issued_on, first.expires_on) == (date(2024, 5, 1), date(2034, 5, 1))
    assert (second.kind, second.expires_on) == (CardKind.BEREAVED_FAMILY, None)
    assert (second.holder.town_id, second.holder.mobile) == (None, None)
    assert first.pseudonym != second.pseudonym


async def test_importing_the_same_roster_again_changes_nothing() -> None:
    await bring_in(line(1), line(2))
    before = await CardHolder.all().order_by("id").values()

    report = await bring_in(line(1), line(2))

    assert (report.created, report.updated, report.unchanged) == (0, 0, 2)
    assert await CardHolder.all().order_by("id").values() == before


async def test_importing_again_updates_what_changed_and_keeps_the_binding() -> None:
    await bring_in(line(1), line(2))
    account = await make_account()
    await Card.filter(last4="0001").update(account_id=account.id, bound_at=utc_now())
    pseudonym = (await Card.get(last4="0001")).pseudonym

    report = await bring_in(
        line(1, 手机号="13900000000", 户籍乡镇="菱塘回族乡", 有效期至="2040-01-01"), line(2), line(3)
    )

    card = await Card.get(last4="0001").select_related("holder")
    assert (report.created, report.updated, report.unchanged) == (1, 1, 1)
    assert (card.holder.mobile, card.holder.town_id) == ("13900000000", "321084200")
    assert card.expires_on == date(2040, 1, 1)
    assert (card.account_id, card.pseudonym) == (account.id, pseudonym)


async def test_a_column_that_the_file_lacks_leaves_what_is_stored_and_a_blank_cell_clears_it() -> None:
    await bring_in(line(1))

    lacking = await bring_in(line(1), headers=HEADERS[:4])
    after_lacking = await Card.get(last4="0001").select_related("holder")
    blank = await bring_in(line(1, 手机号="", 户籍乡镇="", 发证日期="", 有效期至=""))
    after_blank = await Card.get(last4="0001").select_related("holder")

    assert lacking.unchanged == 1
    assert (after_lacking.holder.mobile, after_lacking.holder.town_id) == ("18000000001", "321084109")
    assert blank.updated == 1
    assert (after_blank.holder.mobile, after_blank.holder.town_id, after_blank.expires_on) == (None, None, None)


async def test_one_person_may_hold_a_card_of_each_kind() -> None:
    both = line(1), line(2, 身份证号=sample_id_number(1), 证件类别="三属", 手机号="18000000001")

    report = await bring_in(*both)
    again = await bring_in(*both)

    assert report.created == 2
    assert again.unchanged == 2
    assert await CardHolder.all().count() == 1


async def test_a_dry_run_reports_and_stores_nothing() -> None:
    report = await bring_in(line(1), dry_run=True)

    assert (report.created, report.dry_run) == (1, True)
    assert await Card.all().count() == await CardHolder.all().count() == await AuditEntry.all().count() == 0


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("姓名", "", "没有填"),
        ("姓名", "张3", "数字或符号"),
        ("身份证号", "321084197001010012", "校验位"),
        ("身份证号", "32108419700101001", "18 位"),
        ("优待证号", "YD1", "4 到 40 位"),
        ("优待证号", "YD00000/0000", "4 到 40 位"),
        ("证件类别", "现役军人", "退役军人"),
        ("户籍乡镇", "高邮镇", "13 个乡镇"),
        ("手机号", "1234", "11 位"),
        ("发证日期", "去年", "日期"),
        ("有效期至", "2020-01-01", "早于发证日期"),
    ],
)
async def test_a_faulty_cell_is_named_by_row_and_column_and_nothing_is_stored(
    column: str, value: str, said: str
) -> None:
    with pytest.raises(TableRejected) as refusal:
        await bring_in(line(1), line(2, **{column: value}))

    ((field, message),) = messages(refusal.value)
    assert field.startswith(f"第3行「{column}」")
    assert said in message
    assert await Card.all().count() == 0


async def test_all_faults_are_told_at_once_without_the_numbers_and_names() -> None:
    with pytest.raises(TableRejected) as refusal:
        await bring_in(line(1, 身份证号="321084197001010012"), line(2, 手机号="1390000"), line(3, 姓名="王2麻子"))

    told = json.dumps(messages(refusal.value), ensure_ascii=False)
    assert len(refusal.value.errors) == 3
    assert "321084197001010012" not in told
    assert "1390000" not in told
    assert "王2麻子" not in told


async def test_of_very_many_faults_the_first_two_hundred_are_told() -> None:
    with pytest.raises(TableRejected) as refusal:
        await bring_in(*(line(number, 手机号="1") for number in range(1, 252)))

    assert len(refusal.value.errors) == 200
    assert "251 处" in refusal.value.message


async def test_a_person_listed_twice_with_the_same_kind_is_refused() -> None:
    with pytest.raises(TableRejected) as refusal:
        await bring_in(line(1), line(2, 身份证号=sample_id_number(1), 手机号="18000000001"))

    ((field, message),) = messages(refusal.value)
    assert field.startswith("第3行「身份证号」")
    assert "第 2 行" in message


async def test_one_card_number_for_two_people_is_refused_at_both_rows() -> None:
    with pytest.raises(TableRejected) as refusal:
        await bring_in(line(1), line(2, 优待证号="YD000000000001"))

    assert [field[:3] for field, _ in messages(refusal.value)] == ["第2行", "第3行"]


async def test_one_id_number_under_two_names_is_refused() -> None:
    with pytest.raises(TableRejected) as refusal:
        await bring_in(
            line(1), line(2, 身份证号=sample_id_number(1), 证件类别="三属", 姓名="李四", 手机号="18000000001")
        )

    ((field, _),) = messages(refusal.value)
    assert field.startswith("第3行「姓名」")


async def test_a_card_number_that_belongs_to_another_holder_is_refused() -> None:
    await bring_in(line(1))

    with pytest.raises(TableRejected) as refusal:
        await bring_in(line(2, 优待证号="YD000000000001"))

    ((_, message),) = messages(refusal.value)
    assert "另一位持证人" in message


async def test_a_second_card_of_the_same_kind_is_left_to_replacement() -> None:
    await bring_in(line(1))

    with pytest.raises(TableRejected) as refusal:
        await bring_in(line(1, 优待证号="YD999999999999"))

    ((_, message),) = messages(refusal.value)
    assert "换发" in message
    assert "0001" in message


@pytest.mark.parametrize(("state", "said"), [(CardState.REVOKED, "已注销"), (CardState.REPLACED, "已换发")])
async def test_a_dead_card_is_not_revived(state: CardState, said: str) -> None:
    await bring_in(line(1))
    await Card.filter(last4="0001").update(state=state)

    with pytest.raises(TableRejected) as refusal:
        await bring_in(line(1))

    ((_, message),) = messages(refusal.value)
    assert said in message


async def test_a_suspended_card_is_updated_and_stays_suspended() -> None:
    await bring_in(line(1))
    await Card.filter(last4="0001").update(state=CardState.SUSPENDED, state_reason="遗失")

    await bring_in(line(1, 有效期至="2041-01-01"))

    card = await Card.get(last4="0001")
    assert (card.state, card.state_reason, card.expires_on) == (CardState.SUSPENDED, "遗失", date(2041, 1, 1))


async def test_a_new_card_after_a_revoked_one_is_imported() -> None:
    await bring_in(line(1))
    await Card.filter(last4="0001").update(state=CardState.REVOKED)

    report = await bring_in(line(1, 优待证号="YD999999999999"))

    assert report.created == 1


async def test_staff_of_a_town_import_only_its_people() -> None:
    account = await make_account()
    sanduo = Importer(account_id=account.id, role="staff", town_code="321084109")
    await bring_in(line(3, 户籍乡镇="菱塘回族乡"))

    own = await bring_in(line(1), line(2, 户籍乡镇="外地"), importer=sanduo)
    with pytest.raises(TableRejected) as theirs:
        await bring_in(line(4, 户籍乡镇="菱塘回族乡"), importer=sanduo)
    with pytest.raises(TableRejected) as moved:
        await bring_in(line(3), importer=sanduo)

    assert own.created == 2
    assert "不是本乡镇" in theirs.value.errors[0].message
    assert "其他乡镇" in moved.value.errors[0].message


async def test_an_import_is_one_audit_entry_of_counts_and_the_hash_of_the_file() -> None:
    await bring_in(line(1), line(2))

    entry = await AuditEntry.get(action="roster.imported")
    assert (entry.account_id, entry.role, len(entry.record_id)) == (None, "operator", 64)
    assert json.loads(entry.detail) == {"rows": 2, "created": 2, "updated": 0, "unchanged": 0}


async def test_progress_is_told_up_to_the_end() -> None:
    heard: list[tuple[int, int]] = []

    await bring_in(line(1), line(2), progress=lambda done, total: heard.append((done, total)))
    await bring_in(line(1), progress=lambda done, total: heard.append((done, total)))

    assert (2, 2) in heard
    assert heard[-1] == (1, 1)


async def test_a_file_that_is_no_roster_is_refused() -> None:
    for data, refusal in (
        (b"\x00\x01\x02" * 50, UnreadableSpreadsheet),
        ("甲,乙\r\n1,2".encode(), WrongHeaders),
        (csv_of([]), TableHasNoRows),
    ):
        with pytest.raises(refusal):
            await import_roster(data=data, filename="x.csv", dry_run=False, importer=OPERATOR, at=AT)


async def test_a_holder_made_elsewhere_is_found_by_id_number() -> None:
    card = await make_card(id_number=sample_id_number(7), number="YD000000000007")

    report = await bring_in(line(7))

    assert (report.updated, await CardHolder.all().count()) == (1, 1)
    assert (await Card.get(id=card.id)).issued_on == date(2024, 5, 1)
