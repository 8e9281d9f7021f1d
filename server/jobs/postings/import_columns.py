"""岗位表样 — the columns of a sheet of postings, named as employers name them."""

from models.identifiers import CreditCode, Telephone
from models.jobs import JobKind
from models.schooling import Schooling, parse_schooling
from models.towns import ELSEWHERE, TownNames
from server.jobs.pay import parse_pay
from server.jobs.postings.reading import (
    parse_age,
    parse_benefits,
    parse_experience,
    parse_number,
    parse_openings,
)
from server.tables.columns import Column, TableShape
from server.tables.parsers import day, text

OUTSIDE = ""
"""A place of work outside 高邮; a blank cell says nothing."""

_KINDS = {kind.label: kind for kind in JobKind}
_PAY_EXAMPLES = ("5000-7000元/月", "6000元以上", "10-20K·14薪", "面议")


def own_shape(*, towns: TownNames) -> TableShape:
    """Return the shape of the sheet that an employer imports for itself;"""
    return TableShape(
        title="岗位",
        columns=_posting_columns(towns, number_is_unique=True),
        ignored=("序号", "单位名称", "企业名称", "用人单位", "用人单位名称"),
    )


def staff_shape(*, towns: TownNames) -> TableShape:
    """Return the shape of the sheet that staff import, of many employers, and of a fair if it names one."""
    return TableShape(
        title="岗位",
        columns=(
            Column(name="用人单位信用代码", key="credit_code", parse=_credit_code, width=24,
                   aliases=("统一社会信用代码", "信用代码", "单位信用代码"), example="91321084MA1XXXXX0X",
                   help="用人单位须已登记并通过审核；信用代码和名称至少填一个"),
            Column(name="用人单位名称", key="employer_name", parse=text(120), width=28,
                   aliases=("单位名称", "企业名称", "用人单位", "公司名称", "招聘单位"), example="高邮示例机械厂",
                   help="和登记的名称一字不差"),
            Column(name="招聘会编号", key="fair", parse=text(40), aliases=("招聘会",), example="2026-03",
                   help="岗位参加的招聘会；不参加的留空"),
            Column(name="展位", key="booth", parse=text(20), aliases=("展位号", "展位编号"), example="A01", width=10,
                   help="单位在这场招聘会的展位；展位已经登记过的可以留空"),
            *_posting_columns(towns, number_is_unique=False),
        ),
    )  # fmt: skip


def _posting_columns(towns: TownNames, *, number_is_unique: bool) -> tuple[Column[object], ...]:
    return (
        Column(name="岗位编号", key="number", parse=parse_number, required=True, unique=number_is_unique,
               aliases=("编号", "职位编号"), example="GW-001",
               help="同一单位的每个岗位一个编号，不同年份、不同招聘会也不要重复；再次导入时按编号更新"),
        Column(name="岗位名称", key="title", parse=text(120), required=True, width=24,
               aliases=("岗位", "职位", "职位名称", "招聘岗位", "招聘职位", "工种"), example="数控车工"),
        Column(name="岗位类别", key="kind", parse=_KINDS.__getitem__, choices=tuple(_KINDS),
               aliases=("类别",), example=JobKind.ORDINARY.label, help="留空为普通岗位"),
        Column(name="招聘人数", key="openings", parse=parse_openings, required=True, width=10,
               aliases=("需求人数", "人数", "招聘数量", "需求数量", "拟招人数"), example="5"),
        Column(name="工作地点(乡镇)", key="town", parse=lambda value: towns.read(value) or OUTSIDE, width=22,
               suggestions=(*towns.offered, ELSEWHERE), example=towns.offered[0] if towns.offered else "",
               aliases=("工作地点", "工作区域", "工作地", "乡镇", "所在乡镇", "工作乡镇"),
               help=f"乡镇（街道）名称，或 {ELSEWHERE}；留空时看详细地址是不是以乡镇名称开头"),
        Column(name="详细地址", key="address", parse=text(200), required=True, width=32,
               aliases=("地址", "工作地址", "单位地址", "工作地点详细地址"), example="高邮市城南经济新区示例路 3 号"),
        Column(name="薪资", key="pay", parse=parse_pay, required=True, suggestions=_PAY_EXAMPLES,
               aliases=("月薪", "工资", "待遇", "薪酬", "薪资待遇", "工资待遇", "月薪范围", "月工资", "薪资范围"),
               example="5000-7000元/月", help="一个月的工资；可以写 面议"),
        Column(name="经验要求", key="experience_years", parse=parse_experience,
               suggestions=("不限", "1年以上", "3年以上", "5年以上"),
               aliases=("经验", "工作经验", "工作年限"), example="3年以上", help="留空为不限"),
        Column(name="学历要求", key="schooling", parse=parse_schooling,
               suggestions=tuple(level.label for level in Schooling),
               aliases=("学历", "文化程度"), example="高中", help="最低学历；留空为不限"),
        Column(name="年龄要求", key="age", parse=parse_age, suggestions=("不限", "18-45周岁"),
               aliases=("年龄",), example="18-45周岁", help="留空为不限；不能按男女分开写"),
        Column(name="福利待遇", key="benefits", parse=parse_benefits, width=28,
               aliases=("福利", "保险福利"), example="五险一金、包吃住", help="用、隔开"),
        Column(name="岗位职责/要求", key="description", parse=text(3000), required=True, width=48,
               aliases=("岗位职责", "工作内容", "岗位描述", "职责", "工作职责", "职位描述", "岗位职责及要求"),
               example="操作数控车床，看懂图纸"),
        Column(name="任职要求", key="requirements", parse=text(900), width=36,
               aliases=("岗位要求", "要求", "招聘要求", "其他要求", "任职条件", "招聘条件"), example="能适应两班倒",
               help="接在岗位职责后面；已经写在一起的留空"),
        Column(name="联系人", key="contact_name", parse=text(40), aliases=("联系人姓名",), example="王主任"),
        Column(name="联系电话", key="contact_telephone", parse=_telephone, example="0514-84612345",
               aliases=("电话", "联系方式", "手机", "手机号"), help="手机号，或带区号的座机"),
        Column(name="截止日期", key="closes_on", parse=day, example="2026-12-31",
               aliases=("招聘截止", "截止时间", "有效期至", "招聘截止日期"), help="当天仍可投递；留空为招满为止"),
    )  # fmt: skip


def _credit_code(value: str) -> str:
    return str(CreditCode.shaped(value))


def _telephone(value: str) -> str:
    return str(Telephone.parse(value))
