"""优惠导入的快慢"""

import time

from config.clock import utc_now
from models.perks import PerkBranch
from server.perks.importing import import_perks
from server.tables.writing import write_csv
from tests.factories.merchants import make_branch, make_merchant
from tests.factories.perks import make_category

PLAIN = {
    "编号": "GY-001",
    "类别": "生活服务",
    "名称": "早茶九折",
    "说明": "堂食早茶九折",
    "提供单位": "高邮市退役军人事务局",
    "依据文件": "合作协议",
}


async def test_ten_thousand_rows_take_seconds(database: object) -> None:
    await make_category()
    merchant = await make_merchant()
    for name in ("北店", "南店"):
        await make_branch(merchant_id=merchant.id, name=name)
    rows = [list((PLAIN | {"编号": f"GY-{n}", "商户信用代码": merchant.credit_code}).values()) for n in range(10_000)]
    data = write_csv(columns=[*PLAIN, "商户信用代码"], rows=rows)
    steps: list[tuple[int, int]] = []
    began = time.perf_counter()

    report = await import_perks(
        data=data,
        filename="优惠.csv",
        dry_run=False,
        account_id=None,
        role="command",
        at=utc_now(),
        progress=lambda done, total: steps.append((done, total)),
    )

    assert (report.rows, report.created) == (10_000, 10_000)
    assert time.perf_counter() - began < 20
    assert steps[-1] == (10_000, 10_000)
    assert await PerkBranch.all().count() == 20_000
