"""用人单位资料 — what is entered of an employer, checked and brought into the form in which it is stored."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from msgspec import UNSET, UnsetType

from models.employers import EMPLOYER_CONTACT_MOBILE, EMPLOYER_CONTACT_NAME, EmployerNature
from models.errors import FieldError, Invalid
from models.fields import seal
from models.identifiers import CreditCode, CreditCodeCheckFailed, Mobile
from models.towns import Town

_SEALED = {"contact_name": EMPLOYER_CONTACT_NAME, "contact_mobile": EMPLOYER_CONTACT_MOBILE}


class EmployerCreditCodeInvalid(Invalid):
    message = "统一社会信用代码有误"
    next_step = "请对照营业执照或法人证书逐位核对"


class EmployerCreditCodeCheckWrong(Invalid):
    message = "统一社会信用代码的校验位不对"
    next_step = "请对照证照逐位核对；如证照上确实如此，请带证照到退役军人服务站，由工作人员写明理由后登记"

    def __init__(self, *, next_step: str | None = None) -> None:
        super().__init__(next_step=next_step, errors=(FieldError("credit_code", "校验位不对，请逐位核对"),))


class EmployerContactInvalid(Invalid):
    message = "联系人的手机号有误"
    next_step = "请填写联系人本人的 11 位手机号"


class EmployerTownUnknown(Invalid):
    message = "没有这个乡镇代码"
    next_step = "请从高邮市的乡镇（街道）中选择；单位不在高邮的请留空"

    def __init__(self) -> None:
        super().__init__(errors=(FieldError("town_code", "不是高邮市的乡镇（街道）代码"),))


@dataclass(frozen=True, slots=True)
class EmployerTerms:
    """What is entered of an employer. ``town_code`` None is one outside 高邮; the note is staff's alone."""

    name: str
    credit_code: str
    address: str
    contact_name: str
    contact_mobile: str
    town_code: str | None = None
    introduction: str = ""
    nature: EmployerNature = EmployerNature.OTHER
    credit_code_note: str = ""


@dataclass(frozen=True, slots=True)
class EmployerChanges:
    """What a member changes of the employer; what is UNSET stays as it is."""

    name: str | UnsetType = UNSET
    credit_code: str | UnsetType = UNSET
    address: str | UnsetType = UNSET
    contact_name: str | UnsetType = UNSET
    contact_mobile: str | UnsetType = UNSET
    town_code: str | UnsetType | None = UNSET
    introduction: str | UnsetType = UNSET
    nature: EmployerNature | UnsetType = UNSET

    def wanted(self) -> dict[str, str | None]:
        """Return what is set, by name."""
        values = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        return {name: value for name, value in values.items() if value is not UNSET}


async def read_terms(entered: Mapping[str, str | None], *, is_staff: bool = False) -> dict[str, str | None]:
    """Return what was entered as it is stored, before sealing; only the fields that were given.

    Raises:
        EmployerCreditCodeInvalid: not 18 of the signs that a credit code has.
        EmployerCreditCodeCheckWrong: the check sign is wrong (GB 32100-2015) and no note says why that is right.
        EmployerContactInvalid: the contact's number is no mobile.
        EmployerTownUnknown: the code is none of the town units.
    """
    read = {name: value.strip() if type(value) is str else value for name, value in entered.items()}
    if "credit_code" in read:
        note = read["credit_code_note"] or ""
        read["credit_code"], read["credit_code_note"] = _read_code(read["credit_code"] or "", note, is_staff=is_staff)
    if "contact_mobile" in read:
        try:
            read["contact_mobile"] = str(Mobile.parse(read["contact_mobile"] or ""))
        except ValueError as fault:
            raise EmployerContactInvalid(errors=(FieldError("contact_mobile", str(fault)),)) from None
    town_code = read.get("town_code")
    if town_code is not None and not await Town.exists(code=town_code):
        raise EmployerTownUnknown
    return read


def _read_code(text: str, note: str, *, is_staff: bool) -> tuple[str, str]:
    """Return the credit code in its written form, and the note where it is needed."""
    try:
        code, kept = CreditCode.vouched(text, note=note)
        return str(code), kept
    except CreditCodeCheckFailed:
        step = "请对照证照逐位核对；如证照上确实如此，请在「信用代码说明」里写明理由后再提交" if is_staff else None
        raise EmployerCreditCodeCheckWrong(next_step=step) from None
    except ValueError as fault:
        raise EmployerCreditCodeInvalid(errors=(FieldError("credit_code", str(fault)),)) from None


def columns_of(read: Mapping[str, str | None]) -> dict[str, Any]:
    """Return columns under their names, the contact sealed."""
    columns: dict[str, Any] = {}
    for name, value in read.items():
        if name in _SEALED:
            columns[f"{name}_sealed"] = seal(_SEALED[name], value or "")
        else:
            columns["town_id" if name == "town_code" else name] = value
    return columns
