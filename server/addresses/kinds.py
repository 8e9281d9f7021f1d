"""地址的三种写法 — civil, unit code, PO box: each with its own parts; what does not belong together is refused."""

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from models.addresses import AddressKind
from models.errors import FieldError, Invalid
from models.identifiers import Telephone, mask_name
from server.addresses.designations import find_designation
from server.addresses.provinces import find_province, is_municipality, tidy

_PLACE = re.compile(r"[\u4e00-\u9fff]{2,20}")
_NAME = re.compile(r"[\u3400-\u9fff\U00020000-\U0003134f〇·•A-Za-z .'-]{2,40}")
_UNIT_CODE = re.compile(r"(?:中国人民解放军|解放军)?([0-9]{5})(?:部队)?")
_UNIT_CODE_INSIDE = re.compile(r"(?<![0-9])[0-9]{5}部队")
_PO_BOX = re.compile(r"([0-9]{1,5})(?:号)?(?:信箱)?")
_PO_BOX_INSIDE = re.compile(r"[0-9]{1,5}号?信箱")
_SUBUNIT = re.compile(r"([0-9]{1,3})(?:分队)?")


class AddressInvalid(Invalid):
    message = "填写的地址有误"
    next_step = "请按提示修改后再提交"


class ProvinceUnknown(Invalid):
    message = "没有这个省份"
    next_step = "请写省、自治区或直辖市的名称，例如「江苏省」"

    def __init__(self, field: str = "province") -> None:
        super().__init__(errors=(FieldError(field, "不是省、自治区、直辖市的名称"),))


class UnitDesignationRefused(Invalid):
    message = "地址里写了部队番号"
    next_step = "请不要写番号，改用部队代号（五位数字，例如 12345部队）或部队信箱；不知道的请问收件的军人"

    def __init__(self, field: str = "", words: str = "") -> None:
        named = f"「{words}」是部队番号，不能写在地址里" if words else None
        super().__init__(named, errors=(FieldError(field, "写了部队番号"),) if field else ())


class StreetBesideUnit(Invalid):
    message = "部队代号、部队信箱旁边不能写街道、村组和门牌号"
    next_step = "请只写省、市和部队代号（或信箱）；寄到家里或营区外的请选「普通地址」"

    def __init__(self) -> None:
        super().__init__(errors=(FieldError("street", "寄往部队的地址不写街道、村组、门牌号"),))


class AddressKindMixed(Invalid):
    message = "一条地址只能是普通地址、部队代号、部队信箱中的一种"
    next_step = "请先选定一种，再只填这一种的内容"

    def __init__(self, field: str = "", fault: str = "") -> None:
        super().__init__(errors=(FieldError(field, fault),) if field else ())


@dataclass(frozen=True, slots=True)
class EnteredAddress:
    """填写的地址 — as a person wrote it; what the kind does not need stays empty."""

    kind: AddressKind
    name: str
    telephone: str
    province: str
    city: str
    county: str = ""
    street: str = ""
    unit_code: str = ""
    po_box: str = ""
    subunit: str = ""


@dataclass(frozen=True, slots=True)
class PostalAddress:
    """可寄地址 — checked and in one written form; the name and the telephone belong to it."""

    kind: AddressKind
    name: str
    telephone: str
    province: str
    city: str
    county: str = ""
    street: str = ""
    unit_code: str = ""
    po_box: str = ""
    subunit: str = ""

    @property
    def region(self) -> str:
        """Province and city: all that is ever shown of where a unit is."""
        return self.province if self.city == self.province else self.province + self.city

    @property
    def line(self) -> str:
        """The address as it is written on a parcel, without name and telephone."""
        subunit = f"{self.subunit}分队" if self.subunit else ""
        match self.kind:
            case AddressKind.CIVIL:
                return f"{self.region}{self.county}{self.street}"
            case AddressKind.UNIT_CODE:
                return f"{self.region}{self.county}{self.unit_code}部队{subunit}"
            case AddressKind.PO_BOX:
                return f"{self.region}{self.county}{self.po_box}信箱{subunit}"

    @property
    def masked_line(self) -> str:
        """``江苏省扬州市高邮市***``; of a unit province and city only."""
        return f"{self.region}{'' if self.kind.is_unit else self.county}***"

    @property
    def masked_name(self) -> str:
        return mask_name(self.name)

    @property
    def masked_telephone(self) -> str:
        return Telephone(self.telephone).masked

    @property
    def telephone_last4(self) -> str:
        """The last four digits of the number, without an extension."""
        area, dash, number = self.telephone.partition("-")
        return (number.partition("-")[0] if dash else area)[-4:]


def encode_address(address: PostalAddress) -> str:
    """Return an address as the JSON text that is sealed."""
    return msgspec.json.encode({name: value for name, value in dataclasses.asdict(address).items() if value}).decode()


def decode_address(text: str) -> PostalAddress:
    """Return the address of a JSON text that ``encode_address`` made."""
    return msgspec.json.decode(text, type=PostalAddress)


def read_address(entered: EnteredAddress) -> PostalAddress:
    """Return an address in its one written form. 核对地址。

    The form of unit addresses is not published; province, city, code or box, and an optional 分队 is what people use.

    Raises:
        UnitDesignationRefused: some part names a unit by its designation (番号).
        StreetBesideUnit: a street, village or house number beside a unit code or a PO box.
        AddressKindMixed: parts of another kind are filled in.
        ProvinceUnknown: the province is none.
        AddressInvalid: a part is missing or malformed; each is named.
    """
    entered = _tidied(entered)
    _refuse_designations(entered)
    _refuse_mixing(entered)
    province = find_province(entered.province)
    if province is None:
        raise ProvinceUnknown
    faults: list[FieldError] = []
    address = PostalAddress(
        kind=entered.kind,
        name=_read_name(entered.name, faults),
        telephone=_read_telephone(entered, faults),
        province=province,
        city=_read_city(entered.city, province, faults),
        county=_read_county(entered.county, faults),
        street=_read_street(entered, faults),
        unit_code=_read_number(entered, AddressKind.UNIT_CODE, faults),
        po_box=_read_number(entered, AddressKind.PO_BOX, faults),
        subunit=_read_subunit(entered.subunit, faults),
    )
    if faults:
        raise AddressInvalid(errors=tuple(faults))
    return address


def change_address(address: PostalAddress, changes: Mapping[str, str]) -> PostalAddress:
    """Return an address with some parts changed, by their names; another kind drops what belongs to the old one.

    Raises:
        UnitDesignationRefused, StreetBesideUnit, AddressKindMixed, ProvinceUnknown, AddressInvalid: as in
        ``read_address``.
    """
    known = dataclasses.asdict(address)
    if changes.get("kind", address.kind) != address.kind:
        known |= dict.fromkeys(("street", "unit_code", "po_box", "subunit"), "")
    return read_address(EnteredAddress(**(known | dict(changes))))


def _tidied(entered: EnteredAddress) -> EnteredAddress:
    return EnteredAddress(
        kind=entered.kind,
        name=entered.name.strip(),
        telephone=entered.telephone.strip(),
        province=tidy(entered.province),
        city=tidy(entered.city),
        county=tidy(entered.county),
        street=tidy(entered.street),
        unit_code=tidy(entered.unit_code),
        po_box=tidy(entered.po_box),
        subunit=tidy(entered.subunit),
    )


def _refuse_designations(entered: EnteredAddress) -> None:
    for field in ("unit_code", "po_box", "subunit", "street", "city", "county", "name"):
        # 兵团's farms and cities are civil places
        words = find_designation(getattr(entered, field), of_unit=entered.kind.is_unit and field != "name")
        if words:
            raise UnitDesignationRefused(field, words)


def _refuse_mixing(entered: EnteredAddress) -> None:
    if entered.kind.is_unit and entered.street:
        raise StreetBesideUnit
    foreign = {
        AddressKind.CIVIL: ("unit_code", "po_box", "subunit"),
        AddressKind.UNIT_CODE: ("po_box",),
        AddressKind.PO_BOX: ("unit_code",),
    }[entered.kind]
    for field in foreign:
        if getattr(entered, field):
            raise AddressKindMixed(field, f"{entered.kind.label}不填这一项")
    if _UNIT_CODE_INSIDE.search(entered.street):
        raise AddressKindMixed("street", "写了部队代号，请选「部队代号」并去掉街道")
    if _PO_BOX_INSIDE.search(entered.street):
        raise AddressKindMixed("street", "写了信箱，请选「部队信箱」并去掉街道")


def _read_name(text: str, faults: list[FieldError]) -> str:
    if not _NAME.fullmatch(text):
        faults.append(FieldError("name", "请写真实姓名，2 到 40 个字，不含数字"))
    return text


def _read_telephone(entered: EnteredAddress, faults: list[FieldError]) -> str:
    """A unit may be reached by a landline with its extension only; at home a mobile or a landline will do."""
    try:
        number = Telephone.parse(entered.telephone)
    except ValueError as fault:
        faults.append(FieldError("telephone", str(fault)))
        return ""
    return str(number)


def _read_city(text: str, province: str, faults: list[FieldError]) -> str:
    if is_municipality(province) and text in ("", "市辖区", province, province.removesuffix("市")):
        return province
    if not _PLACE.fullmatch(text):
        faults.append(FieldError("city", "请写市（地区、自治州、盟）的名称，例如「扬州市」"))
    return text


def _read_county(text: str, faults: list[FieldError]) -> str:
    if text and not _PLACE.fullmatch(text):
        faults.append(FieldError("county", "请写县（市、区）的名称，例如「高邮市」"))
    return text


def _read_street(entered: EnteredAddress, faults: list[FieldError]) -> str:
    if entered.kind is AddressKind.CIVIL and len(entered.street) < 2:
        faults.append(FieldError("street", "请写街道（村组）和门牌号"))
    return entered.street


def _read_number(entered: EnteredAddress, kind: AddressKind, faults: list[FieldError]) -> str:
    if entered.kind is not kind:
        return ""
    if kind is AddressKind.UNIT_CODE:
        found = _UNIT_CODE.fullmatch(entered.unit_code)
        fault = FieldError("unit_code", "部队代号是五位数字，例如「12345部队」")
    else:
        found = _PO_BOX.fullmatch(entered.po_box)
        fault = FieldError("po_box", "部队信箱写信箱的数字，例如「123信箱」")
    if found is None:
        faults.append(fault)
        return ""
    return found[1]


def _read_subunit(text: str, faults: list[FieldError]) -> str:
    found = _SUBUNIT.fullmatch(text)
    if text and found is None:
        faults.append(FieldError("subunit", "分队写数字，例如「12分队」；没有的请留空"))
    return found[1] if found else ""
