"""地名解析进程 — an honest small program stands for the library, and once the library itself."""

import asyncio
import os
from pathlib import Path

import pytest

from server.addresses.parser_process import Found, ParserProcess

HONEST = """
import json, sys, time, os
print(json.dumps({"ready": True}), flush=True)
for line in sys.stdin:
    wish, text = json.loads(line)
    if text == "hang": time.sleep(60)
    if text == "die": sys.exit(1)
    parts = dict.fromkeys(("province", "city", "county", "town", "village", "detail"), "")
    print(json.dumps(parts | {"province": text, "detail": " ".join(os.environ)}), flush=True)
"""


def program(directory: Path, text: str = HONEST) -> Path:
    path = directory / "program.py"
    path.write_text(text, encoding="utf-8")
    return path


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_nothing_runs_before_the_first_text_and_one_process_answers_all(tmp_path: Path) -> None:
    parser = ParserProcess(program(tmp_path), answer_seconds=20)
    assert parser.pid is None

    answers = await asyncio.gather(*(parser.find(f"省{number}") for number in range(8)))
    pid = parser.pid
    await parser.close()

    assert [answer.province for answer in answers if answer] == [f"省{number}" for number in range(8)]
    assert pid is not None
    assert not is_running(pid)


async def test_the_process_is_told_none_of_our_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIELD_KEYS", "secret")
    parser = ParserProcess(program(tmp_path), answer_seconds=20)

    answer = await parser.find("江苏省")
    await parser.close()

    assert answer is not None
    assert "PATH" in answer.detail
    assert "FIELD_KEYS" not in answer.detail


async def test_a_text_that_hangs_is_given_up_and_the_next_one_gets_its_own_answer(tmp_path: Path) -> None:
    parser = ParserProcess(program(tmp_path), answer_seconds=20)
    assert await parser.find("甲")
    hung = parser.pid
    parser._answer_seconds = 0.3

    silent = await parser.find("hang")
    parser._answer_seconds = 20
    answer = await parser.find("乙")
    await parser.close()

    assert silent is None
    assert answer is not None
    assert answer.province == "乙"
    assert hung is not None
    assert not is_running(hung)


async def test_a_process_that_dies_is_started_again(tmp_path: Path) -> None:
    parser = ParserProcess(program(tmp_path), answer_seconds=20)

    dead = await parser.find("die")
    answer = await parser.find("丙")
    await parser.close()

    assert dead is None
    assert answer is not None


async def test_a_slow_start_is_not_interrupted_by_whoever_gives_up(tmp_path: Path) -> None:
    parser = ParserProcess(program(tmp_path, "import time; time.sleep(1)\n" + HONEST), answer_seconds=0.2)

    early = await parser.find("甲")
    parser._answer_seconds = 20
    later = await parser.find("乙")
    await parser.close()

    assert early is None
    assert later is not None
    assert later.province == "乙"


async def test_an_idle_process_is_stopped(tmp_path: Path) -> None:
    parser = ParserProcess(program(tmp_path), answer_seconds=20, idle_seconds=0.05)
    assert await parser.find("甲")

    pid = parser.pid
    assert pid is not None
    async with asyncio.timeout(20):
        while parser.pid is not None or is_running(pid):  # noqa: ASYNC110 - the idle timer sets no event of ours
            await asyncio.sleep(0.01)
    await parser.close()


async def test_a_program_that_cannot_run_is_silence(tmp_path: Path) -> None:
    parser = ParserProcess(program(tmp_path, "import nothing_of_that_name"), answer_seconds=20)

    assert await parser.find("江苏省") is None
    await parser.close()


async def test_the_library_knows_the_places_of_the_country() -> None:
    parser = ParserProcess(answer_seconds=100)

    found = await parser.find("江苏省扬州市高邮市界首镇育才路12号")
    short = await parser.find("喀什市色满路1号")
    simplified = await parser.simplify("江蘇省揚州市高郵市 張三豐")
    await parser.close()

    assert found == Found("江苏省", "扬州市", "高邮市", "界首镇", "", "界首镇育才路12号")
    assert short is not None
    assert (short.province, short.city, short.county) == ("新疆维吾尔自治区", "喀什地区", "喀什市")
    assert simplified == "江苏省扬州市高邮市 张三丰"
