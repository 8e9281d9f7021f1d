"""运维手册"""

import re

from config.settings import Settings
from server.cli.app import app
from server.worker import PERIODIC
from tests.docs.pages import between, first_cells, page

MANUAL = "docs/operations.md"


def section(title: str) -> str:
    return page(MANUAL).split(f"\n## {title}\n")[1].split("\n## ")[0]


def test_the_table_of_knobs_lists_every_setting_and_no_other() -> None:
    names = {name for name in first_cells(section("配置项")) if name != "名称"}

    assert names == {name.upper() for name in Settings.model_fields}


def test_the_defaults_in_the_table_are_those_of_the_settings() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| `([^`]+)` \|", section("配置项"), re.MULTILINE))

    assert len(rows) > 10
    for name, default in rows.items():
        stated = Settings.model_fields[name.lower()].default
        assert str(stated).removesuffix(".0") == default, name


def test_every_periodic_work_is_in_the_table_of_retention() -> None:
    names = [name for name in first_cells(section("保存期限")) if name != "任务"]

    assert sorted(names) == sorted(periodic.name for periodic in PERIODIC)


def test_every_command_that_the_manual_names_exists() -> None:
    known = {command.name for command in app.registered_commands}
    groups = {
        group.name: {
            inner.name for inner in (*group.typer_instance.registered_commands, *group.typer_instance.registered_groups)
        }
        for group in app.registered_groups
        if group.typer_instance is not None
    }

    named = re.findall(r"-m server ([a-z-]+)(?: ([a-z]+))?", page(MANUAL))

    assert len(named) > 15
    for command, member in named:
        assert command in known or member in groups[command], f"{command} {member}"


def test_links_inside_the_manual_lead_to_headings_that_exist() -> None:
    text = page(MANUAL)
    headings = {
        re.sub(r"[^\w\- ]", "", title).strip().lower().replace(" ", "-")
        for title in re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    }

    targets = re.findall(r"\]\(#([^)]+)\)", text)

    assert len(targets) > 10
    assert set(targets) <= headings


def test_the_walk_and_the_measured_table_keep_their_marks() -> None:
    readme = page("README.md")

    assert "```sh" in between(readme, "walk")
    assert between(readme, "bench").count("\n|") >= 5
