"""示例文件 — the sample of a year as the files that the imports take, and the replay beside them."""

from pathlib import Path

import msgspec

from server.seed.employment.plan import Replay, SampleYear

EMPLOYERS, FAIRS, JOBS, REPLAY = "employers.xlsx", "fairs.xlsx", "jobs.xlsx", "replay.json"
_EMPLOYER_COLUMNS = ("统一社会信用代码", "单位名称", "所在乡镇", "地址", "联系人", "联系人手机号", "单位性质", "已审核")
_FAIR_COLUMNS = ("编号", "名称", "地点", "乡镇", "开始时间", "结束时间")
_JOB_COLUMNS = (
    *("用人单位信用代码", "用人单位名称", "招聘会编号", "展位", "岗位编号", "岗位名称", "岗位类别", "招聘人数"),
    *("工作地点(乡镇)", "详细地址", "薪资", "经验要求", "学历要求", "年龄要求", "福利待遇", "岗位职责/要求"),
    *("联系人", "联系电话"),
)  # fmt: skip
_WIDTH = 18.0


def write_year(year: SampleYear, *, directory: Path) -> None:
    """Write employers, fairs, jobs and the replay into a directory, made if it is not there.

    Raises:
        OSError: it cannot be written to.
    """
    from server.tables.writing import write_xlsx  # 8 MB that no other command needs

    directory.mkdir(parents=True, exist_ok=True)
    for filename, title, columns, rows in (
        (EMPLOYERS, "示例用人单位", _EMPLOYER_COLUMNS, _employers(year)),
        (FAIRS, "示例招聘会", _FAIR_COLUMNS, _fairs(year)),
        (JOBS, "示例岗位", _JOB_COLUMNS, _jobs(year)),
    ):
        data = write_xlsx(title=title, columns=[(name, _WIDTH) for name in columns], rows=rows)
        (directory / filename).write_bytes(data)
    (directory / REPLAY).write_bytes(msgspec.json.format(msgspec.json.encode(year.replay), indent=1))


def read_replay(directory: Path) -> Replay:
    """Return the replay that was written beside the tables.

    Raises:
        OSError: it cannot be read.
        msgspec.DecodeError: it is no replay.
    """
    return msgspec.json.decode((directory / REPLAY).read_bytes(), type=Replay)


def _employers(year: SampleYear) -> list[tuple[str, ...]]:
    return [
        (
            *(one.credit_code, one.name, one.town, one.address, one.contact_name, one.contact_mobile),
            *(one.nature.label, "是"),
        )
        for one in year.employers
    ]


def _fairs(year: SampleYear) -> list[tuple[str, ...]]:
    return [(one.number, one.title, one.place, one.town, one.starts, one.ends) for one in year.fairs]


def _jobs(year: SampleYear) -> list[tuple[object, ...]]:
    return [
        (
            *(one.employer.credit_code, one.employer.name, one.fair, one.booth, one.number, one.position.title),
            *(one.kind.label, one.openings, one.employer.town, one.employer.address, one.pay),
            *(one.position.experience, one.position.schooling, one.age, one.benefits, f"【示例】{one.position.duty}"),
            *(one.employer.contact_name, one.employer.contact_mobile),
        )
        for one in year.listings
    ]
