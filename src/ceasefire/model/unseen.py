"""Records of what could nobody see: how well each channel shows an act, and which lists hold which incidents."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class DetectionChance:
    """P(one look of full quality shows one such act), of one channel."""

    act: str
    """Act class."""
    channel: str
    """As in `Look.channel`."""
    stated: float
    """As stated."""
    value: float
    """As used."""
    low: float
    """Cautious end; equals `value` where it is stated, not learned."""
    high: float
    """Other end."""
    learned: bool
    """Whether the case's own looks and incidents had a say."""
    repeats: float
    """Expected number of acts known from elsewhere that the channel looked at: what there was to learn from."""


@dataclass(frozen=True, kw_only=True)
class ListPattern:
    """Incidents that stand on exactly these lists."""

    lists: tuple[str, ...]
    """Blocs of sources: a channel, `party:ID` for the offices of a party, or `others`."""
    incidents: int
    """Incidents reported by exactly these."""
    occurred: float
    """Expected number of them that occurred: the sum of P(occurred)."""


@dataclass(frozen=True, kw_only=True)
class Unlisted:
    """How many incidents are on no list."""

    lists: tuple[tuple[str, int], ...]
    """Each list and the number of incidents on it."""
    patterns: tuple[tuple[tuple[str, ...], int, float], ...]
    """Lists, incidents on exactly these, and the expected number of them that occurred."""
    listed: int
    """Incidents on a list that are expected to have occurred."""
    unlisted: float
    """Estimated number on no list; NaN where no estimate is justified."""
    low: float
    """Lower end: of the 95 % interval, or Chao's lower limit where there is no estimate."""
    high: float
    """Upper end; infinite where nothing bounds it."""
    bound: float
    """Chao's lower bound of the number on no list."""
    models: tuple[tuple[str, float, float], ...]
    """What is taken to depend on what, weight of that model, and its number on no list; the three heaviest."""
    words: str
    """What kind of number this is."""
