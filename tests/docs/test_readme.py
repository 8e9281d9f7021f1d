"""README 的走查示例"""

import asyncio
import json
import re
from pathlib import Path

from tests.docs.pages import between, blocks, page
from tests.run.installation import environment, running

SAYS = (
    ('"roles":["veteran"]',),
    ('"masked_name":"示**"', '"last4":"1001"'),
    ("示例·超市满50元减5元", '"entitled":true'),
    ('"distance_metres":', "示例超市·高邮街道店"),
    ('"result":"valid"', '"usable":true'),
    ("one redemption: ",),
    ('"till":"示例收银一号"', '"provider":"示例超市（高邮）"'),
    ('"reversed_at":"20', '"reason":"PassAlreadyUsed"'),
    ('"purpose":"card_binding"', '"last4":"1003"'),
    ('"rows":1,"created":1', '"dry_run":true'),
    ('"speciality_name":"电工和发供电"', '"reasons":'),
    ("示例·仪表装配工", '"state_label":"招聘中"'),
    ('"masked_name":"示**"', '"checked_in_at":"20'),
    ('"state_label":"已签署"',),
    ('"title":"招聘会","value":1', '"state_label":"已撤回"'),
    ('"masked_name":"李*"', '"masked_address":"云南省昆明市***"'),
    ("充电宝",),
    ('"number":"YB', "不小于体积重"),
    ('"state":"booked"', '"state":"accepted"', '"id_inspected"'),
    ('"state":"closed"', '"state":"signed"'),
    ('"new":3', '"state":"delivered"', "包裹已经交给快递员", "收件人已经签收（昆明市）", '"sentence":"收件人已经签收"'),
    ('"topic":"ydz-lost"', '"intent":"job_fair"', '"kind":"handover"'),
    ('"code":"NotAClerk"',),
)
"""What the output of each block of the walk holds."""


async def walk(directory: Path, base: str) -> list[str]:
    """Run the walk as one shell, as a person who pastes block after block, and return each block's output."""
    script = "\nprintf '\\n=====\\n'\n".join(blocks(between(page("README.md"), "walk"), "sh"))
    process = await asyncio.create_subprocess_exec(
        *("bash", "-euo", "pipefail", "-c", script),
        cwd=directory,
        env=environment(BASE=base),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(process.communicate(), 90)
    assert process.returncode == 0, f"{out.decode()}\n{err.decode()}"
    return out.decode().split("\n=====\n")


async def test_the_walk_runs_as_printed_and_again_on_the_same_data_with_the_quota_given_back(
    tmp_path: Path, trained: None
) -> None:
    async with running(tmp_path, "--no-outbox") as installation:
        first = await walk(tmp_path, installation.base)
        second = await walk(tmp_path, installation.base)

    for output, expected in zip([*first, *second], [*SAYS, *SAYS], strict=True):
        for words in expected:
            assert words in output
    assert [json.loads(outputs[4])["perks"][0]["remaining"] for outputs in (first, second)] == [4, 4]


def test_every_function_the_readme_names_is_in_the_file_beside_it() -> None:
    text = page("README.md").split("## One request through the house")[1].split("\n## ")[0]

    named = re.findall(r"\]\(([\w/]+\.py)\) ((?:`[\w.]+`(?:, )?)+)", text)

    assert len(named) >= 6
    for path, functions in named:
        source = page(path)
        for function in re.findall(r"`([\w.]+)`", functions):
            for part in function.split("."):
                assert re.search(rf"(?:def|class) {part}\b", source), f"{path}: {function}"
