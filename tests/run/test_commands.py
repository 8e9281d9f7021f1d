"""命令行"""

import base64
import csv
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import pytest
from click.testing import Result
from typer.testing import CliRunner

from config.settings import Settings, get_settings
from models.identifiers import IdNumber
from models.secrets import use_keyring
from server.cli.app import app
from server.run.greeting import greeting
from tests.factories.merchants import sample_credit_code
from tests.run.installation import environment

Command: TypeAlias = Callable[..., Result]


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Command]:
    """Run a command in an installation of its own; keywords are environment variables."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "var"))

    def run(*arguments: str, **knobs: str) -> Result:
        get_settings.cache_clear()
        use_keyring(None)
        return CliRunner().invoke(app, list(arguments), env=knobs, prog_name="python -m server")

    yield run
    get_settings.cache_clear()
    use_keyring(None)


def production(**overrides: str) -> dict[str, str]:
    key = base64.b64encode(b"k" * 32).decode()
    knobs = {
        "MODE": "production",
        "FIELD_KEYS": f"a1:{key}",
        "INDEX_KEY": f"a1:{key}",
        "WECHAT_MINI_APPID": "wx0000000000000000",
        "WECHAT_MINI_SECRET": "0" * 32,
    }
    return knobs | overrides


@pytest.mark.parametrize(
    ("knobs", "words"),
    [
        ({"MODE": "production"}, "默认密钥"),
        (production(SANDBOX_LOGIN="true"), "沙箱登录"),
        (production(SANDBOX_WECHAT="true"), "沙箱微信"),
        (production(RATE_LIMITS="off"), "RATE_LIMITS"),
        (production(WECHAT_MINI_SECRET=""), "小程序凭据"),
    ],
)
def test_production_refuses_what_only_a_sandbox_may_have(command: Command, knobs: dict[str, str], words: str) -> None:
    answer = command("run", **knobs)

    assert answer.exit_code == 2
    assert words in answer.stderr
    assert "Traceback" not in answer.stderr


def test_the_employment_figures_of_a_year_are_printed_with_unit_and_definition(command: Command) -> None:
    command("migrate")

    answer = command("report", "employment", "--year", "2025")

    assert answer.exit_code == 0, answer.output
    assert answer.output.startswith("2025年就业统计，截至 ")
    assert "范围：全市" in answer.output
    assert "       0 场\t招聘会\t本年（北京时间）已经开始的招聘会" in answer.output
    assert command("report", "employment", "--year", "1999").exit_code == 2


def test_the_sample_of_a_year_is_written_and_replayed_only_after_its_imports(command: Command, tmp_path: Path) -> None:
    written = command("sample", "employment", str(tmp_path / "sample"), "--seed", "7")
    command("migrate")
    too_early = command("sample", "replay", str(tmp_path / "sample"))
    nowhere = command("sample", "replay", str(tmp_path / "nowhere"))
    (tmp_path / "sample" / "replay.json").write_text("{")
    damaged = command("sample", "replay", str(tmp_path / "sample"))
    in_production = command("sample", "replay", str(tmp_path / "sample"), **production())

    assert written.exit_code == 0, written.output
    assert "共招 6,096 人" in written.output
    assert {path.name for path in (tmp_path / "sample").iterdir()} == {
        *("employers.xlsx", "fairs.xlsx", "jobs.xlsx", "replay.json"),
    }
    for answer, words in (
        (too_early, "还没有导入示例"),
        (nowhere, "没有这个文件"),
        (damaged, "已损坏"),
        (in_production, "生产模式不写入示例数据"),
    ):
        assert (answer.exit_code, "Traceback" in answer.output) == (1, False)
        assert words in answer.stderr


def start(directory: Path, *options: str, **knobs: str) -> "subprocess.CompletedProcess[str]":
    """Run ``python -m server run`` in a process of its own and return how it ended."""
    return subprocess.run(
        [sys.executable, "-m", "server", "run", *options],
        cwd=directory,
        env=environment(DATA_DIR=str(directory), **knobs),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_production_refuses_an_unmigrated_database(tmp_path: Path) -> None:
    answer = start(tmp_path, **production())

    assert answer.returncode == 1
    assert "python -m server migrate" in answer.stderr


def test_production_refuses_an_unmigrated_postgres(tmp_path: Path, empty_postgres_address: str) -> None:
    answer = start(tmp_path, **production(DATABASE_URL=empty_postgres_address))

    assert answer.returncode == 1
    assert "python -m server migrate" in answer.stderr


def test_production_gets_the_reference_data_and_never_samples(command: Command) -> None:
    knobs = production()

    migrated, samples, reference = (
        command("migrate", **knobs),
        command("seed", **knobs),
        command("seed", "--reference", **knobs),
    )

    assert (migrated.exit_code, samples.exit_code, reference.exit_code) == (0, 1, 0)
    assert "--reference" in samples.stderr


@pytest.mark.parametrize(
    ("knobs", "words"),
    [
        ({"PORT": "many"}, "PORT：应为整数"),
        ({"MODE": "play"}, "MODE：不是可选的值"),
        ({"FIELD_KEYS": "a1:c2hvcnQ="}, "keys new"),
        ({"DATABASE_URL": "mysql://x"}, "DATABASE_URL"),
    ],
)
def test_a_wrong_setting_is_named_in_chinese(command: Command, knobs: dict[str, str], words: str) -> None:
    answer = command("migrate", **knobs)

    assert answer.exit_code == 2
    assert words in answer.stderr


def test_an_unreachable_database_is_one_line_without_the_password(tmp_path: Path) -> None:
    answer = start(tmp_path, DATABASE_URL="postgres://somebody:p4ssw0rd@127.0.0.1:1/x")

    assert answer.returncode == 1
    assert "127.0.0.1:1/x" in answer.stderr
    assert "p4ssw0rd" not in answer.stdout + answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_command_on_a_database_that_is_not_migrated_says_so(command: Command) -> None:
    answer = command("seed")

    assert answer.exit_code == 1
    assert "python -m server migrate" in answer.stderr


def test_migrate_check_tells_by_its_exit_code_whether_anything_is_pending(command: Command) -> None:
    before = command("migrate", "--check")
    command("migrate")
    after = command("migrate", "--check")

    assert (before.exit_code, after.exit_code) == (1, 0)


def test_seed_can_be_repeated(command: Command) -> None:
    command("migrate")

    first, second = command("seed"), command("seed")

    assert (first.exit_code, second.exit_code) == (0, 0)
    assert "早已写入" in second.stdout


def test_a_new_key_is_one_that_the_settings_accept(command: Command) -> None:
    key = command("keys", "new").stdout.strip()

    assert command("migrate", FIELD_KEYS=key, INDEX_KEY=key).exit_code == 0


def test_pass_keys_are_made_listed_and_retired(command: Command) -> None:
    command("migrate")
    command("pass-keys", "create")
    command("pass-keys", "create")
    newest, oldest = (line.split()[0] for line in command("pass-keys", "list").stdout.splitlines())

    retired, last = command("pass-keys", "retire", oldest), command("pass-keys", "retire", newest)

    assert retired.exit_code == 0
    assert last.exit_code == 1
    assert [line.split()[0] for line in command("pass-keys", "list").stdout.splitlines()] == [newest]


def write_roster(path: Path, id_number: str) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["姓名", "身份证号", "优待证号", "证件类别", "户籍乡镇"])
        writer.writerow(["张试", id_number, "YB00000001", "退役军人", "界首镇"])
    return path


def test_a_roster_is_imported_from_a_file_and_a_dry_run_stores_nothing(command: Command, tmp_path: Path) -> None:
    command("migrate")
    command("seed", "--reference")
    roster = str(write_roster(tmp_path / "roster.csv", IdNumber.parse("321084197001010011")))

    dry, real, again = (command("import", "roster", roster, *more) for more in (("--dry-run",), (), ()))

    assert (dry.exit_code, real.exit_code, again.exit_code) == (0, 0, 0)
    assert "没有写入" in dry.stdout
    assert "新增 1" in real.stdout
    assert "新增 0" in again.stdout


def test_a_roster_with_a_fault_names_row_and_column_and_stores_nothing(command: Command, tmp_path: Path) -> None:
    command("migrate")
    command("seed", "--reference")

    answer = command("import", "roster", str(write_roster(tmp_path / "roster.csv", "321084197001010012")))

    assert answer.exit_code == 1
    assert "第2行「身份证号」" in answer.stderr
    assert "321084197001010012" not in answer.stderr


def test_employers_and_their_postings_are_imported_from_files(command: Command, tmp_path: Path) -> None:
    command("migrate")
    command("seed", "--reference")
    code = sample_credit_code(840_001)
    employers, jobs = tmp_path / "用人单位.csv", tmp_path / "岗位.csv"
    employers.write_text(
        "信用代码,单位名称,乡镇,地址,联系人,手机号,已审核\n"
        f"{code},高邮示例机械厂,三垛镇,园区路 3 号,木婉清,18012341999,是\n"
    )
    header = "信用代码,岗位编号,岗位名称,人数,工作地点,详细地址,月薪,岗位职责"
    jobs.write_text(
        f"{header}\n{code},A-1,数控车工,5,三垛镇,园区路 3 号,5000-7000元/月,操作数控车床\n"
        f"{code},A-2,采掘工,2,三垛镇,园区路 3 号,面议,井下采掘，限男性\n"
    )

    first = command("import", "employers", str(employers))
    dry, real = (command("import", "jobs", str(jobs), "--publish", *more) for more in (("--dry-run",), ()))
    again = command("import", "jobs", str(jobs), "--publish")

    assert "新增 1，更新 0，没有变化 0" in first.stdout
    assert "检查通过，没有写入" in dry.stdout
    for told in (dry, real):
        assert "共 2 行：新增 2，更新 0，没有变化 0" in told.stdout
        assert "其中上线 1，待审核 1" in told.stdout
        assert "第 3 行须由工作人员判断：「限男性」" in told.stdout
    assert "没有变化 2" in again.stdout
    jobs.write_text(f"{header}\n{code},A-1,车工（限男性）,若干,三垛镇,园区路 3 号,面议,操作\n")
    refused = command("import", "jobs", str(jobs))
    assert refused.exit_code == 1
    assert "第2行「人数」" in refused.stderr


def test_the_map_of_specialities_is_exported_edited_and_imported(command: Command, tmp_path: Path) -> None:
    command("migrate")
    command("seed")
    file = tmp_path / "specialities.json"

    exported = command("export", "specialities", str(file))
    file.write_text(file.read_text("utf-8").replace('"name": "炊事"', '"name": "炊事和给养"'), "utf-8")
    dry, real, again = (command("import", "specialities", str(file), *more) for more in (("--dry-run",), (), ()))

    assert f"已导出到 {file}" in exported.stdout
    assert "检查通过，没有写入" in dry.stdout
    assert "新增 0，更新 1，没有变化 34" in real.stdout
    assert "更新 0，没有变化 35" in again.stdout


def test_a_file_that_cannot_be_written_is_said_so(command: Command, tmp_path: Path) -> None:
    command("migrate")

    answer = command("export", "specialities", str(tmp_path / "nowhere" / "specialities.json"))

    assert answer.exit_code == 1
    assert "写不了文件" in answer.stderr


def test_last_years_fairs_are_recorded_as_held_and_those_to_come_are_not(command: Command, tmp_path: Path) -> None:
    command("migrate")
    command("seed", "--reference")
    files = {day: tmp_path / f"{day}.csv" for day in ("2025-03-28", "2099-03-28")}
    for day, path in files.items():
        row = f"{day[:4]}-01,退役军人专场招聘会,示例广场,全市,{day} 08:30,11:30,"
        path.write_text(f"编号,名称,地点,乡镇,开始时间,结束时间,容量\n{row}\n", encoding="utf-8")

    drafted = command("import", "fairs", str(files["2099-03-28"]))
    held = command("import", "fairs", str(files["2025-03-28"]), "--published-past")
    refused = command("import", "fairs", str(files["2099-03-28"]), "--published-past")

    assert (drafted.exit_code, held.exit_code, refused.exit_code) == (0, 0, 1)
    assert "新增 1" in drafted.stdout
    assert "新增 1" in held.stdout
    assert "第2行「结束时间」" in refused.stderr
    assert "还没有结束" in refused.stderr


def test_the_tree_of_stations_is_imported_and_a_village_without_its_town_is_told(
    command: Command, tmp_path: Path
) -> None:
    command("migrate")
    command("seed", "--reference")
    head, city = "编号,名称,层级,上级编号,乡镇,地址,营业时间", "A,示例中心,市级,,,示例路 1 号,周一至周五 08:30-17:30"
    town, village = "B,示例镇站,镇级,A,界首镇,示例路 2 号,", "C,示例村站,村级,B,界首镇,示例村,"
    file, orphan = tmp_path / "stations.csv", tmp_path / "orphan.csv"
    file.write_text("\n".join((head, village, town, city)), "utf-8")
    orphan.write_text("\n".join((head, village.replace("B", "X"))), "utf-8")

    dry, real, again = (command("import", "stations", str(file), *more) for more in (("--dry-run",), (), ()))
    refused = command("import", "stations", str(orphan))

    assert "检查通过，没有写入" in dry.stdout
    assert "新增 3" in real.stdout
    assert "新增 0，更新 0，没有变化 3" in again.stdout
    assert (refused.exit_code, "第2行「上级编号」(D2)" in refused.stderr) == (1, True)


def test_a_file_that_is_not_there_is_said_so(command: Command) -> None:
    answer = command("import", "perks", "nowhere.xlsx")

    assert answer.exit_code == 1
    assert "没有这个文件" in answer.stderr


def test_audit_verify_prints_a_head_to_note_and_refuses_a_malformed_one(command: Command) -> None:
    command("migrate")

    empty, malformed = command("audit", "verify"), command("audit", "verify", "--head", "1:x")

    assert empty.exit_code == 0
    assert f"链头 0:{'0' * 64}" in empty.stdout
    assert malformed.exit_code == 2


def test_a_taken_port_is_one_clear_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()

        ended = start(tmp_path, "--port", str(taken.getsockname()[1]))

    assert ended.returncode == 1
    assert "端口已被占用" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_the_greeting_shows_the_place_of_the_database_and_no_password() -> None:
    settings = Settings(_env_file=None, database_url="postgres://u:p4ssw0rd@db.example:5432/youbing")  # type: ignore[call-arg]

    text = greeting(settings, host="::1", port=8000, workers=2, sample=None)

    assert "http://[::1]:8000/docs" in text
    assert "db.example:5432/youbing" in text
    assert "p4ssw0rd" not in text


def test_every_knob_is_explained_in_the_example_environment() -> None:
    example = (Path(__file__).parents[2] / ".env.example").read_text(encoding="utf-8")
    named = {line.lstrip("# ").partition("=")[0] for line in example.splitlines() if "=" in line}

    assert {name.upper() for name in Settings.model_fields} <= named
