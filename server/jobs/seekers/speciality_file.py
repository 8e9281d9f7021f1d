"""军事专业对照表的文件 — the whole map as JSON that people can read, compare and review, and read back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from models.errors import FieldError, Invalid
from models.seekers import Speciality
from models.transactions import transaction
from server.audit.service import record
from server.jobs.seekers.specialities import SpecialityInvalid, list_specialities, read_speciality
from server.tables.report import ImportReport

EXPORTED = "由本系统导出；每条的依据见各条 source"


class SpecialityFileInvalid(Invalid):
    message = "军事专业对照表的文件有误，一条也没有写入"
    next_step = "请按提示修改文件后再导入"


class SpecialityEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """一项军事专业 — with the civil occupations it leads to, the words that postings of them hold, and the source."""

    code: str
    name: str
    occupations: tuple[str, ...]
    keywords: tuple[str, ...]
    source: str
    is_retired: bool = False


class SpecialityFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """军事专业对照表 — in the order in which people see them."""

    source: str
    specialities: tuple[SpecialityEntry, ...]


async def export_specialities() -> bytes:
    """Return the whole map as a file, retired ones too; reading it back changes nothing. 导出。"""
    entries = [
        SpecialityEntry(
            code=item.code,
            name=item.name,
            occupations=tuple(item.occupations),
            keywords=tuple(item.keywords),
            source=item.source,
            is_retired=item.is_retired,
        )
        for item in await list_specialities(with_retired=True)
    ]
    content = msgspec.json.encode(SpecialityFile(source=EXPORTED, specialities=tuple(entries)))
    return msgspec.json.format(content, indent=2) + b"\n"


async def import_specialities(*, data: bytes, dry_run: bool, at: datetime) -> ImportReport:
    """Store the map in a file by code, in its order; what it does not name stays. All or nothing. 导入。

    Raises:
        SpecialityFileInvalid: not the JSON of such a file, or with one error for each wrong field of an entry.
    """
    entries = _entries(data)
    async with transaction():
        known = {item.code: item for item in await Speciality.all()}
        _require_free_names(entries, known)
        changed = [entry for entry in entries if _differs(entry, known.get(entry["code"]))]
        created = sum(entry["code"] not in known for entry in changed)
        if not dry_run:
            for entry in changed:
                await _put(entry, at=at)
    return ImportReport(
        rows=len(entries),
        created=created,
        updated=len(changed) - created,
        unchanged=len(entries) - len(changed),
        dry_run=dry_run,
    )


def _entries(data: bytes) -> list[dict[str, Any]]:
    """Return the entries of a file as they are stored, each with its place as ``position``."""
    try:
        read = msgspec.json.decode(data, type=SpecialityFile)
    except (msgspec.DecodeError, UnicodeDecodeError) as fault:
        raise SpecialityFileInvalid(f"这不是军事专业对照表的 JSON 文件（{fault}）") from None
    entries: list[dict[str, Any]] = []
    errors: list[FieldError] = []
    for place, entry in enumerate(read.specialities):
        try:
            entries.append(read_speciality(msgspec.structs.asdict(entry)) | {"position": place + 1})
        except SpecialityInvalid as refusal:
            errors += [FieldError(f"specialities[{place}].{fault.field}", fault.message) for fault in refusal.errors]
    errors += _repeated(entries)
    if errors:
        raise SpecialityFileInvalid(errors=tuple(errors))
    return entries


def _repeated(entries: list[dict[str, Any]]) -> list[FieldError]:
    errors = []
    for field in ("code", "name"):
        seen: set[str] = set()
        for entry in entries:
            if entry[field] in seen:
                errors.append(FieldError(f"specialities[{entry['position'] - 1}].{field}", "与前面的一条重复"))
            seen.add(entry[field])
    return errors


def _require_free_names(entries: list[dict[str, Any]], known: Mapping[str, Speciality]) -> None:
    owners = {item.name: item.code for item in known.values()}
    errors = tuple(
        FieldError(
            f"specialities[{entry['position'] - 1}].name",
            f"这个名称现在是 {owners[entry['name']]} 的，请先给那一项改名",
        )
        for entry in entries
        if owners.get(entry["name"], entry["code"]) != entry["code"]
    )
    if errors:
        raise SpecialityFileInvalid(errors=errors)


def _differs(entry: Mapping[str, Any], known: Speciality | None) -> bool:
    return known is None or any(getattr(known, field) != value for field, value in entry.items())


async def _put(entry: Mapping[str, Any], *, at: datetime) -> None:
    values = {field: value for field, value in entry.items() if field != "code"} | {"updated_at": at}
    await Speciality.update_or_create(code=entry["code"], defaults=values)
    await record(
        account_id=None,
        role="system",
        action="speciality.imported",
        record_type="speciality",
        record_id=entry["code"],
    )
