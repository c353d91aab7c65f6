"""Which pictures may be published: a fresh picture of a protected object helps to correct fire, so it waits.

Everything has to agree before a picture is let through: it is old enough, coarse enough, plain, and, where it shows a
protected object, looked at by a person who then named its id in the case file. Decision 0040.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ceasefire.model.picture import Picture
from ceasefire.reporting.png import PLAIN, chunks

LEAST_M = 10.0
"""No rule may let pictures through that are finer on the ground, m."""
LARGEST = 480
"""Pixels of a picture's longer side."""


@dataclass(frozen=True)
class ImageRules:
    """Rules for pictures; every default is the safe one."""

    publish: tuple[str, ...] = ()
    """Ids of pictures of protected objects that a person has looked at and lets through."""
    delay_days: int = 30
    """Days from the latest pixel to the first report that may show it; holds for reviewed pictures, too."""
    finest_m: float = 30.0
    """A picture's values cover at least so many metres of ground."""

    def __post_init__(self) -> None:
        if self.delay_days < 0:
            raise ValueError(f"pictures wait 0 days or more, not {self.delay_days}")
        if not self.finest_m >= LEAST_M:
            raise ValueError(f"a value of a published picture covers {LEAST_M:g} m or more, not {self.finest_m:g}")

    def held(self, picture: Picture, data: bytes, *, protected: bool, now: datetime) -> str:
        """Say why a picture is held back; empty where it may be published.

        Parameters
        ----------
        picture, data
            The picture and its bytes.
        protected
            Whether it shows, or may show, a protected object.
        now
            First instant of the day of issue.
        """
        why = []
        if (protected or picture.object) and picture.id not in self.publish:
            why.append("it may show a protected object, and nobody has reviewed it")
        until = picture.acquired.astimezone(UTC) + timedelta(days=self.delay_days)
        if until > now:
            why.append(f"pictures wait {self.delay_days} days, this one until {until:%-d %B %Y}")
        if not picture.ground_m >= self.finest_m:
            why.append(f"it is finer than {self.finest_m:g} m on the ground")
        if not _plain(picture, data):
            why.append("it is not a plain picture of the stated size")
        return "; ".join(why)


def _plain(picture: Picture, data: bytes) -> bool:
    try:
        return chunks(data) == list(PLAIN) and max(picture.width, picture.height) <= LARGEST
    except ValueError:
        return False
