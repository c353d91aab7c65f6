"""What a ceasefire changed in one daily series: ratio, interval, placebo dates and the daily readout.

Effects stand beside verdicts and never become one: a rate against a forecast does not say who did what, and another
reason than the ceasefire can lower a rate on the same day.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

NAN = float("nan")
OPEN = 100.0
"""An upper end above this is printed as no limit: nobody asks whether violence rose a hundredfold."""


@dataclass(frozen=True)
class EffectDay:
    """One day, as counted and as foretold."""

    start: datetime
    """Begin of the day (UTC)."""
    phase: str
    """`before`, `left_out` (negotiation), or `in_force`."""
    counted: float
    """What was counted; NaN where nobody looked."""
    foretold: float = NAN
    """Foretold without a ceasefire, at the day's exposure; NaN before, 0 where nobody looked."""
    low: float = NAN
    """Low end of the forecast of this one day."""
    high: float = NAN
    """High end."""
    p_holding: float = NAN
    """P(it held that day), given all days; in force only."""
    p_that_evening: float = NAN
    """P(it held that day), given that day and those before: what could be said that evening."""


@dataclass(frozen=True)
class Effect:
    """What a ceasefire changed in one region, or over all, with everything needed to doubt it."""

    subject: str
    """Region, or `all`."""
    verdict: str
    """`fewer`, `more`, `not_shown`, or `not_assessed`, then with a reason."""
    reason: str = ""
    """Why nothing can be said."""
    days: int = 0
    """Days in force that were looked at."""
    counted: float = NAN
    """What was counted in force."""
    unlooked: int = 0
    """Incidents on days too poorly looked at to be compared; in no number here."""
    expected: tuple[float, float, float] = (NAN, NAN, NAN)
    """Foretold for the same exposure: median, low, high."""
    ratio: float = NAN
    """Rate in force over the rate foretold."""
    low: float = 0.0
    """Lower end of its interval."""
    high: float = float("inf")
    """Upper end."""
    p_fewer: float = NAN
    """P(as few or fewer without an effect)."""
    before: float = NAN
    """Rate in the excluded days over the one foretold for them: above 1 a surge, below 1 a fall before the start."""
    widened: float = 1.0
    """Factor by which the placebo dates widened the interval."""
    placebo: tuple[tuple[datetime, float, float, float], ...] = ()
    """Placebo dates with the ratio found and its interval."""
    parameters: tuple[tuple[str, float, float, float], ...] = ()
    """Fitted numbers with their intervals."""
    daily: tuple[EffectDay, ...] = field(default=(), repr=False)
    """The last days before, those left out, and those in force."""

    @property
    def holding(self) -> tuple[EffectDay, ...]:
        """Give the days in force, each with the chance that it held."""
        return tuple(d for d in self.daily if d.phase == "in_force")

    def surprised(self) -> int:
        """Count the placebo dates whose interval does not hold 1."""
        return sum(low > 1.0 or high < 1.0 for _, _, low, high in self.placebo)

    def sentence(self, subject: str = "", unit: str = "") -> str:
        """Say it in one sentence.

        Parameters
        ----------
        subject
            Name to use for the region; its code where empty.
        unit
            Unit of the count, e.g. `minutes`.

        >>> Effect("UA-53", "not_assessed", reason="nobody looked").sentence()
        'UA-53: no effect can be assessed: nobody looked.'
        >>> e = Effect("all", "fewer", days=1, counted=379, expected=(2743, 1181, 5515), ratio=0.14, low=0.1, high=0.3)
        >>> e.sentence("Ukraine", "minutes").split("; ")
        ['Ukraine: fewer than would have been: 379 minutes in 1 day, 2,743 foretold (1,181 to 5,515)',
        'ratio 0.14 (95 % interval 0.10 to 0.30).']
        """
        name = subject or self.subject
        if self.verdict == "not_assessed":
            return f"{name}: no effect can be assessed: {self.reason}."
        said = {"fewer": "fewer than would have been", "more": "more than would have been"}
        high = f"{self.high:.2f}" if self.high <= OPEN else "no limit"
        middle, least, most = (f"{v:,.0f}" for v in self.expected)
        return (
            f"{name}: {said.get(self.verdict, 'no effect is shown')}: {self.counted:,.0f} {unit or 'counted'} in "
            f"{self.days:,} day{'' if self.days == 1 else 's'}, {middle} foretold ({least} to {most}); "
            f"ratio {self.ratio:.2f} (95 % interval {self.low:.2f} to {high})."
        )


@dataclass(frozen=True, kw_only=True)
class Judged:
    """One series held against one window: where it is from, what it can and cannot tell, and what was found."""

    series: str
    """Id of the series; `incidents` for the case's own."""
    window: str
    """Id of the window."""
    title: str
    """Name of the ceasefire as printed."""
    quantity: str
    """What is counted, in words."""
    unit: str
    """Unit of the count."""
    speaks_to: str
    """Provision that it speaks to; empty for none."""
    measures: str
    """What it measures."""
    does_not_measure: str
    """What must not be read from it."""
    control: bool
    """A known pause that checks the method; no finding about the agreement."""
    why: str
    """Why this window is judged."""
    first: date
    """First day in force."""
    last: date
    """Last day in force."""
    exclude_days: int
    """Days left out before."""
    clock: str
    """IANA clock of the days."""
    days: int
    """Days of the series."""
    gaps: int
    """Region-days without a usable row."""
    licence: str = ""
    """Licence of the data."""
    url: str = ""
    """Where the data can be had."""
    effects: tuple[Effect, ...] = ()
    """First `all`, then each region."""

    @property
    def whole(self) -> Effect:
        """Give the effect over all regions."""
        return self.effects[0]

    @property
    def regions(self) -> tuple[Effect, ...]:
        """Give the effect of each region; empty where there is only one, which is the whole."""
        return self.effects[1:] if len(self.effects) > 2 else ()


@dataclass(frozen=True, kw_only=True)
class EffectRow:
    """One line of effects.parquet: one series, window and region, with its numbers."""

    series: str
    """Id of the series."""
    window: str
    """Id of the window."""
    region: str
    """Region code, or `all`."""
    control: bool
    """Whether the window only checks the method."""
    verdict: str
    """`fewer`, `more`, `not_shown`, `not_assessed`."""
    reason: str
    """Why nothing can be said."""
    days: int
    """Days in force that were looked at."""
    counted: float
    """Counted in force."""
    expected: float
    """Foretold, median."""
    expected_low: float
    """Foretold, low."""
    expected_high: float
    """Foretold, high."""
    ratio: float
    """Ratio of rates."""
    low: float
    """Low end of its interval."""
    high: float
    """High end."""
    p_fewer: float
    """P(as few or fewer without an effect)."""
    before: float
    """Excluded days over their forecast."""
    widened: float
    """Factor of the placebo dates on the interval."""
    placebos: int
    """Placebo dates tried."""
    surprised: int
    """Placebo dates whose interval does not hold 1."""


def rows(judged: tuple[Judged, ...]) -> list[EffectRow]:
    """Give every effect as one flat line."""
    return [
        EffectRow(
            series=j.series,
            window=j.window,
            region=e.subject,
            control=j.control,
            verdict=e.verdict,
            reason=e.reason,
            days=e.days,
            counted=e.counted,
            expected=e.expected[0],
            expected_low=e.expected[1],
            expected_high=e.expected[2],
            ratio=e.ratio,
            low=e.low,
            high=e.high,
            p_fewer=e.p_fewer,
            before=e.before,
            widened=e.widened,
            placebos=len(e.placebo),
            surprised=e.surprised(),
        )
        for j in judged
        for e in j.effects
    ]
