"""招聘会导入计划 — the booths and the postings at fairs that a sheet comes to; pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from server.jobs.postings.import_known import Known, KnownEmployer, KnownFair
from server.jobs.postings.terms import Fault
from server.tables.columns import ParsedRow


@dataclass(frozen=True, slots=True)
class BoothPlan:
    """A booth to make or to move."""

    fair_id: UUID
    employer_id: UUID
    number: str


@dataclass(frozen=True, slots=True)
class BringPlan:
    """A posting to bring to a fair, or its openings there to change."""

    fair_id: UUID
    posting_id: UUID
    openings: int


class FairPlanner:
    """Keeps one booth an employer and one employer a booth, over all rows and what is stored."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._booths = dict(known.booths)
        self._holders = {(fair, number): employer for (fair, employer), number in known.booths.items()}
        self._named_at: dict[tuple[UUID, UUID], tuple[int, str]] = {}
        self.booths: list[BoothPlan] = []
        self.brought: list[BringPlan] = []

    def look_at(self, rows: Sequence[tuple[ParsedRow, KnownEmployer]]) -> None:
        """Note the booths that the rows name, so that a row above that names none has one."""
        for row, employer in rows:
            fair, number = self.fair_of(row), row.values.get("booth")
            if fair is not None and number is not None:
                self._named_at.setdefault((fair.id, employer.id), (row.number, str(number)))

    def fair_of(self, row: ParsedRow) -> KnownFair | None:
        """Return the fair that a row names, None if it names none that there is."""
        return self._known.fairs.get(str(row.values.get("fair")))

    def faults(self, row: ParsedRow, employer: KnownEmployer | None) -> Iterator[Fault]:
        """Yield what is wrong with the fair and the booth of a row."""
        named, number = row.values.get("fair"), row.values.get("booth")
        if named is None:
            if number is not None:
                yield "fair", "写了展位，请写明是哪一场招聘会"
            return
        fair = self.fair_of(row)
        if fair is None:
            yield "fair", "没有这个编号的招聘会，请先建好招聘会，或核对编号"
        elif fair.is_cancelled:
            yield "fair", "这场招聘会已取消，不能再带岗位，请核对编号"
        elif not fair.is_managed:
            yield "fair", "这是全市的招聘会，展位和岗位由系统管理员导入，请联系市退役军人事务局"
        elif employer is not None:
            yield from self._booth_faults(fair, employer, row)

    def _booth_faults(self, fair: KnownFair, employer: KnownEmployer, row: ParsedRow) -> Iterator[Fault]:
        place, number = (fair.id, employer.id), row.values.get("booth")
        first = self._named_at.get(place)
        if number is None:
            if first is None and place not in self._booths:
                yield "booth", "请填这个单位在这场招聘会的展位"
            return
        if first is not None and first[1] != number:
            yield "booth", f"和第 {first[0]} 行同一单位的展位「{first[1]}」不一样，一个单位一场只有一个展位，请核对"
        if self._holders.setdefault((fair.id, str(number)), employer.id) != employer.id:
            yield "booth", "这个展位已是另一个单位的，请换一个展位"

    def is_kept_from(self, row: ParsedRow, employer: KnownEmployer, posting_id: UUID, openings: int) -> bool:
        """Return whether a row would change what was at a fair that was held and is over."""
        fair = self.fair_of(row)
        if fair is None or not fair.is_kept:
            return False
        is_moved = self._booths.get((fair.id, employer.id)) != self._number(fair, employer)
        return is_moved or self._known.brought.get((fair.id, posting_id)) != openings

    def bring(self, row: ParsedRow, employer: KnownEmployer, posting_id: UUID, openings: int) -> bool:
        """Plan what a row without faults comes to at its fair; return whether that differs from what is stored."""
        fair = self.fair_of(row)
        if fair is None:
            return False
        place = (fair.id, employer.id)
        number = self._number(fair, employer)
        is_moved = self._booths.get(place) != number
        if is_moved:
            self._booths[place] = number
            self.booths.append(BoothPlan(fair.id, employer.id, number))
        is_brought = self._known.brought.get((fair.id, posting_id)) != openings
        if is_brought:
            self.brought.append(BringPlan(fair.id, posting_id, openings))
        return is_moved or is_brought

    def _number(self, fair: KnownFair, employer: KnownEmployer) -> str:
        place = (fair.id, employer.id)
        return self._named_at[place][1] if place in self._named_at else self._booths[place]
