"""What is said of a job beside its result."""

from __future__ import annotations

from dataclasses import dataclass, field

from vidseg.job import Damage


@dataclass
class Notes:
    """Two lists, each sentence once: what the user must be told, and the details he may ask for; and the damage."""

    said: list[str] = field(default_factory=list)
    details: list[str] = field(default_factory=list)
    damage: Damage = field(default_factory=Damage)

    def lost(self, damage: Damage) -> None:
        """Add to what was lost of the source."""
        self.damage += damage

    @property
    def told(self) -> tuple[str, ...]:
        """What the user must be told, the damage first."""
        return (*filter(None, [self.damage.sentence]), *self.said)

    def say(self, text: str) -> None:
        """Note what the user must be told: something left out, changed or damaged."""
        if text not in self.said:
            self.said.append(text)

    def detail(self, text: str) -> None:
        """Note what he may ask for: a guess that was made, something brought to an equal form."""
        if text not in self.details:
            self.details.append(text)
