"""用人单位表样 — the columns of a sheet of employers."""

from models.employers import EmployerNature
from models.identifiers import CreditCode, Mobile
from models.towns import ELSEWHERE, TownNames
from server.tables.columns import Column, TableShape
from server.tables.parsers import text, yes_or_no

OUTSIDE = ""
"""A town outside 高邮; a blank cell says nothing."""

_NATURES = {nature.label: nature for nature in EmployerNature}


def employer_shape(towns: TownNames) -> TableShape:
    """Return the shape of the sheet for the towns that there are."""
    return TableShape(
        title="用人单位",
        columns=(
            Column(name="统一社会信用代码", key="credit_code", parse=_credit_code, required=True, unique=True, width=24,
                   aliases=("信用代码", "用人单位信用代码", "单位信用代码"), example="91321084MA1XXXXX0X",
                   help="再次导入时按信用代码更新"),
            Column(name="单位名称", key="name", parse=text(120), required=True, width=28,
                   aliases=("用人单位名称", "企业名称", "公司名称", "用人单位", "招聘单位"), example="高邮某某机械厂"),
            Column(name="信用代码说明", key="credit_code_note", parse=text(200),
                   help="校验位不对而证照上确实如此时，写明理由"),
            Column(name="所在乡镇", key="town_code", parse=lambda value: towns.read(value) or OUTSIDE, width=22,
                   suggestions=(*towns.offered, ELSEWHERE), aliases=("乡镇", "所属乡镇", "乡镇街道"),
                   example=towns.offered[0] if towns.offered else "", help=f"不在高邮的写 {ELSEWHERE} 或留空"),
            Column(name="地址", key="address", parse=text(200), required=True, width=32,
                   aliases=("单位地址", "详细地址"), example="城南经济新区示例路 3 号"),
            Column(name="联系人", key="contact_name", parse=text(40), required=True, example="王某某"),
            Column(name="联系人手机号", key="contact_mobile", parse=_mobile, required=True,
                   aliases=("联系电话", "手机号", "手机", "电话", "联系方式"), example="13800000000"),
            Column(name="单位性质", key="nature", parse=_NATURES.__getitem__, choices=tuple(_NATURES),
                   aliases=("性质", "单位类型"), example=EmployerNature.OTHER.label, help="留空为其他单位"),
            Column(name="单位简介", key="introduction", parse=text(2000), aliases=("简介",), width=40),
            Column(name="已审核", key="is_approved", parse=yes_or_no, choices=("是", "否"), aliases=("是否审核",),
                   example="是", help="是：导入即审核通过，记在导入人名下；否或留空：待审核"),
        ),
    )  # fmt: skip


def _credit_code(value: str) -> str:
    return str(CreditCode.shaped(value))


def _mobile(value: str) -> str:
    return str(Mobile.parse(value))
