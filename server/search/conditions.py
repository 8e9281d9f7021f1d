"""检索条件 — a WHERE clause that grows condition by condition."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Conditions:
    """A WHERE clause in the making; ``value`` numbers the placeholders."""

    parts: list[str] = field(default_factory=list)
    values: list[object] = field(default_factory=list)

    def value(self, value: object) -> str:
        self.values.append(value)
        return f"${len(self.values)}"

    def add(self, part: str) -> None:
        self.parts.append(part)

    @property
    def text(self) -> str:
        return " AND ".join(self.parts)
