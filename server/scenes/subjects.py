"""码的对象 — which record a code may be made for, and what it leads whoever scans it to."""

from dataclasses import dataclass
from uuid import UUID

from models.errors import FieldError, Invalid
from models.fairs import JobFair
from models.parcels import Parcel
from models.perks import Perk, PerkState
from models.scenes import SceneSubject
from models.stations import Station
from server.accounts.guards import StaffMember
from server.jobs.fairs.service import get_visible_fair
from server.parcels.following import ParcelNotFound
from server.parcels.numbers import PARCEL_NUMBERS
from server.perks.catalogue import PerkNotFound
from server.stations.service import get_station


class SubjectIdMalformed(Invalid):
    message = "对象的编号写得不对"
    next_step = "包裹请填包裹编号，其他对象请填列表中的 id"

    def __init__(self) -> None:
        super().__init__(errors=(FieldError("id", "包裹填包裹编号，其他填 id"),))


@dataclass(frozen=True, slots=True)
class Destination:
    """去处 — ``link`` is the API path of what a code leads to; the title is public and names nobody."""

    subject: SceneSubject
    link: str
    title: str


async def find_subject(subject: SceneSubject, reference: str, *, staff: StaffMember) -> UUID:
    """Return the id of the record that staff want a code for; a parcel is named by its number.

    Drafts may have a code, so that a poster can be printed before the day; it leads nowhere until then.

    Raises:
        SubjectIdMalformed: the reference is neither an id nor, of a parcel, a number.
        PerkNotFound, FairNotFound, StationNotFound, ParcelNotFound: there is none, or it is of another town.
    """
    subject_id = await _read(subject, reference)
    await require_visible(subject, subject_id, staff=staff)
    return subject_id


async def _read(subject: SceneSubject, reference: str) -> UUID:
    if subject is SceneSubject.PARCEL:
        number = PARCEL_NUMBERS.read(reference)
        if number is None:
            raise SubjectIdMalformed
        parcel = await Parcel.get_or_none(number=number)
        if parcel is None:
            raise ParcelNotFound
        return parcel.id
    try:
        return UUID(reference)
    except ValueError:
        raise SubjectIdMalformed from None


async def require_visible(subject: SceneSubject, subject_id: UUID, *, staff: StaffMember) -> None:
    """Refuse a record that is none of this staff member's business; perks and stations are everybody's.

    Raises:
        PerkNotFound, FairNotFound, StationNotFound, ParcelNotFound: there is none, or it is of another town.
    """
    match subject:
        case SceneSubject.FAIR:
            await get_visible_fair(fair_id=subject_id, staff=staff)
        case SceneSubject.STATION:
            await get_station(station_id=subject_id)
        case SceneSubject.PARCEL:
            parcel = await Parcel.get_or_none(id=subject_id).select_related("station")
            if parcel is None:
                raise ParcelNotFound
            staff.require_town(parcel.station.town_id, ParcelNotFound)
        case SceneSubject.PERK if not await Perk.exists(id=subject_id):
            raise PerkNotFound


async def find_destination(subject: SceneSubject, subject_id: UUID) -> Destination | None:
    """Return where a code leads, or None where the public finds nothing: not published, closed, or gone."""
    match subject:
        case SceneSubject.PERK:
            perk = await Perk.get_or_none(id=subject_id, state=PerkState.LIVE)
            return Destination(subject, f"/v1/perks/{perk.id}", perk.title) if perk else None
        case SceneSubject.FAIR:
            fair = await JobFair.get_or_none(id=subject_id, published_at__isnull=False)
            return Destination(subject, f"/v1/fairs/{fair.id}", fair.title) if fair else None
        case SceneSubject.STATION:
            station = await Station.get_or_none(id=subject_id, closed_at=None)
            return Destination(subject, f"/v1/stations/{station.id}", station.name) if station else None
        case SceneSubject.PARCEL:
            parcel = await Parcel.get_or_none(id=subject_id)
            return Destination(subject, f"/v1/parcels/{parcel.number}", f"包裹 {parcel.number}") if parcel else None
