"""交接单打印 — the sheet of both sides and its table: numbers and weights only, nobody's name but the courier's."""

from collections.abc import Sequence
from datetime import datetime

from config.clock import beijing
from models.fields import unseal
from models.manifests import MANIFEST_COURIER, Manifest, ManifestParcel, ManifestState
from models.transactions import transaction
from server.parcels.manifests.loading import note
from server.parcels.manifests.reading import ManifestAltered, ManifestDetail, get_manifest
from server.printing.document import Column, Document
from server.printing.rendering import render
from server.stations.guards import StationStaff
from server.tables.export import export_xlsx

DIGEST_SIGNS = 16
"""Of the digest on paper: enough to tell two manifests apart, few enough to read aloud."""
_QR_SIDE_MM = 26
_COLUMNS = (
    Column("序号", 0.6, is_number=True),
    Column("包裹编号", 2.2),
    Column("快递单号", 2.4),
    Column("重量（克）", 1.1, is_number=True),
)


async def print_manifest(*, number: str, asker: StationStaff, at: datetime) -> bytes:
    """Return a manifest as PDF of A4; every print is on record.

    Raises:
        ManifestNotFound: there is none, or it is of another station.
        ManifestAltered: its rows are not those that were signed.
    """
    found = await _intact(number, asker)
    pdf = await render(_document(found.manifest, found.rows, at=at))
    async with transaction():
        await note(found.manifest, "manifest.printed", asker=asker, detail={})
    return pdf


async def export_manifest(*, number: str, asker: StationStaff) -> bytes:
    """Return a manifest as XLSX; every export is on record.

    Raises:
        ManifestNotFound: there is none, or it is of another station.
        ManifestAltered: its rows are not those that were signed.
    """
    found = await _intact(number, asker)
    manifest = found.manifest
    columns = [("序号", 6.0), ("包裹编号", 20.0), ("快递单号", 24.0), ("重量（克）", 12.0)]
    rows = [[row.position, row.number, row.tracking_number, row.weight_grams] for row in found.rows]
    notes = [f"交接单 {manifest.number}", *(f"{name}：{value}" for name, value in _facts(manifest, found.rows))]
    data = await export_xlsx(title="交接单", columns=columns, rows=rows, notes=notes)
    async with transaction():
        await note(manifest, "manifest.exported", asker=asker, detail={})
    return data


async def _intact(number: str, asker: StationStaff) -> ManifestDetail:
    found = await get_manifest(number=number, asker=asker)
    if not found.is_intact:
        raise ManifestAltered
    return found


def _document(manifest: Manifest, rows: Sequence[ManifestParcel], *, at: datetime) -> Document:
    is_sample = manifest.station.is_sample
    document = Document(title="包裹交接单", at=at, reference=manifest.number, is_sample=is_sample)
    document.facts(_facts(manifest, rows), abreast=2)
    caption = f"交接单 {manifest.number}\n{manifest.state.label}"
    if manifest.digest:
        caption += f"\n内容码 {manifest.digest[:DIGEST_SIGNS].upper()}，内容有改动时它会变"
    document.qr_code(manifest.number, caption=caption, side_mm=_QR_SIDE_MM)
    document.table(
        columns=_COLUMNS,
        rows=[[str(row.position), row.number, row.tracking_number or "—", f"{row.weight_grams:,}"] for row in rows],
    )
    _add_signing(document, manifest)
    return document


def _add_signing(document: Document, manifest: Manifest) -> None:
    if manifest.state is not ManifestState.SIGNED or not manifest.courier_name_sealed:
        document.heading("签收：双方当面清点后签字")
        document.signatures(["服务站（签字）", "快递员（签字）"])
        return
    document.heading("签收")
    courier = unseal(MANIFEST_COURIER, manifest.courier_name_sealed)
    document.paragraph(
        f"服务站于 {_moment(manifest.staff_signed_at)} 封单；"
        f"快递员 {courier} 于 {_moment(manifest.courier_signed_at)} 当面清点 {manifest.parcels} 件，凭签收码签收。"
    )


def _facts(manifest: Manifest, rows: Sequence[ManifestParcel]) -> list[tuple[str, str]]:
    grams = sum(row.weight_grams for row in rows)
    return [
        ("服务站", manifest.station.name),
        ("承运方", manifest.carrier.upper()),
        ("日期", manifest.day.isoformat()),
        ("状态", manifest.state.label),
        ("件数", f"{len(rows)} 件"),
        ("总重", f"{grams / 1000:.3f} 千克"),
    ]


def _moment(moment: datetime | None) -> str:
    return f"{beijing(moment):%Y-%m-%d %H:%M}" if moment else "—"
