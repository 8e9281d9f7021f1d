"""军事专业的 JSON 形状。"""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

Code = Annotated[str, Meta(min_length=1, max_length=40, description="小写字母、数字和下划线，定了不能改")]
Name = Annotated[str, Meta(min_length=1, max_length=60)]
Word = Annotated[str, Meta(min_length=1, max_length=60)]
Occupations = Annotated[list[Word], Meta(min_length=1, max_length=50, description="对应的职业，最接近的在前")]
Keywords = Annotated[list[Word], Meta(min_length=1, max_length=50, description="这些职业的岗位里常见的词，2 字以上")]
Source = Annotated[str, Meta(min_length=1, max_length=300, description="依据；没有依据的写明是示例、待核定")]
Position = Annotated[int, Meta(ge=1, le=9999, description="在列表中的次序")]


class SpecialityRequest(msgspec.Struct, forbid_unknown_fields=True):
    """新增军事专业"""

    code: Code
    name: Name
    occupations: Occupations
    keywords: Keywords
    source: Source


class SpecialityPatch(msgspec.Struct, forbid_unknown_fields=True):
    """军事专业的修改 — what is left out stays as it is."""

    name: Name | UnsetType = UNSET
    occupations: Occupations | UnsetType = UNSET
    keywords: Keywords | UnsetType = UNSET
    source: Source | UnsetType = UNSET
    position: Position | UnsetType = UNSET


class SpecialityItem(msgspec.Struct):
    """军事专业 — with the civil occupations it leads to, and on what that rests."""

    code: str
    name: str
    occupations: list[str]
    source: str


class SpecialityList(msgspec.Struct):
    """军事专业列表"""

    items: list[SpecialityItem]


class StaffSpeciality(msgspec.Struct):
    """军事专业 — as staff see it, retired ones too."""

    code: str
    name: str
    position: int
    occupations: list[str]
    keywords: list[str]
    source: str
    is_retired: bool
    updated_at: datetime


class StaffSpecialityList(msgspec.Struct):
    """全部军事专业"""

    items: list[StaffSpeciality]
