"""花名册表样"""

import pytest
from tortoise.context import TortoiseContext

from models.cards import CardHolder
from server.cards.roster_table import roster_shape, roster_template
from server.tables.reading import read_table
from tests.cards.rosters import bring_in, line, make_towns

pytestmark = pytest.mark.usefixtures("towns")


@pytest.fixture
async def towns(database: TortoiseContext) -> None:
    await make_towns()


@pytest.mark.parametrize(
    "written",
    ["321084401", "城南经济新区(车逻镇)", "城南经济新区（车逻镇）", "车逻镇", "车逻", "高邮市车逻镇", "城南经济新区"],
)
async def test_a_town_may_be_written_in_the_ways_people_write_it(written: str) -> None:
    await bring_in(line(1, 户籍乡镇=written))

    assert (await CardHolder.get()).town_id == "321084401"


async def test_the_template_reads_back_as_an_empty_roster_with_an_example() -> None:
    template = await roster_template()

    parsed = (await roster_shape()).parse(read_table(template, filename="x.xlsx"))

    assert (parsed.rows, parsed.errors, parsed.examples_skipped) == ((), (), 1)
