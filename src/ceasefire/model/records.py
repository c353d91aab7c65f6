"""The records that the stages speak in, from observation to finding.

Each is a frozen dataclass with a docstring under each field; `model.table.Table` holds many of one kind in
columns (Arrow), so that a million observations cost no Python objects. Times are UTC, places are discs.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from math import nan

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Observation:
    """One source's report of one thing at one place and time (OGC Observations & Measurements)."""

    id: str
    """Stable id: `o-` and 12 hex digits of the hash of source, row and place in the file."""
    source: str
    """Who publishes, as named in the case file, e.g. `viina`."""
    product: str
    """What kind of file, i.e. the reader's name, e.g. `viina`, `firms`, `facts`."""
    granule: str
    """The file's name."""
    line: int
    """1-based line (or record) in the file."""
    evidence: str
    """SHA-256 of the file's bytes."""
    channel: str
    """How it was seen: `satellite.thermal`, `.radar`, `.optical`, `.lights`, `drone`, `news`, `party`, `official`,
    `monitor`, `alert`. The part before the dot is the family."""
    procedure: str
    """`report` (someone independent reports), `claim` (a party or its office speaks), `sensor`, `alert`, `tally`."""
    start: datetime
    """Earliest instant at which it may have happened (UTC)."""
    end: datetime
    """Latest instant at which it may have happened (UTC), later than start."""
    reported: datetime
    """When it was said or became available (UTC); equals `end` where the source does not tell."""
    lon: float
    """Longitude of the disc's centre, degrees east; NaN where no place is known."""
    lat: float
    """Latitude of the disc's centre, degrees north; NaN where no place is known."""
    radius_km: float
    """Radius of the disc that holds the true place with about 90 % probability, km."""
    place: str = ""
    """Name of the place as the source gives it."""
    region: str = ""
    """ISO 3166-2 code of the first-order region of the centre, assigned at intake, e.g. `UA-53`."""
    act: str = ""
    """Act class (`model.taxonomy.ACTS`), empty where the row reports no act."""
    object_class: str = ""
    """Dotted object class (`model.taxonomy.OBJECTS`), empty where not said."""
    effect: str = ""
    """Observed effect: `fire`, `damage`, `outage`, `casualties`, `intercepted`, `none`, or empty."""
    claimant: str = ""
    """Party that speaks, where a party speaks; empty for an independent source."""
    accused: str = ""
    """Party said to have done it; empty where nobody is accused."""
    stance: str = "asserts"
    """`asserts` or `denies`."""
    basis: str = ""
    """Attribution basis class: `claim_of_responsibility`, `trajectory`, `weapon_fragment`,
    `exclusive_capability`, `launch_location`; empty for none."""
    alternatives: tuple[str, ...] = ()
    """Explanations other than a deliberate act that the source leaves open: `debris`, `accident`, `own_fire`,
    `third_actor`."""
    control: str = ""
    """Party that held the place that day, or `contested`; empty where unknown."""
    reliability: str = "F"
    """Source reliability, Admiralty A (completely) to E (unreliable), F cannot be judged."""
    credibility: int = 6
    """Information credibility, Admiralty 1 (confirmed) to 5 (improbable), 6 cannot be judged."""
    origin: str = ""
    """Independence cluster: rows with the same origin are copies of one report."""
    likelihood_ratio: float = nan
    """P(this | it occurred) / P(this | it did not), where a detector gives it; else NaN."""
    summary: str = ""
    """One sentence in our own words; may be published."""
    text: str = ""
    """The source's own words; kept as evidence, not published by default."""
    url: str = ""
    """Where the source can be read."""
    licence: str = ""
    """Licence of the source's data."""
    tlp: str = "CLEAR"
    """Traffic Light Protocol 2.0 marking."""


@dataclass(frozen=True, kw_only=True)
class Look:
    """One opportunity to see: it exists although nothing was seen, and also when it was lost."""

    id: str
    """Stable id: `l-` and 12 hex digits."""
    source: str
    """Who looked, as named in the case file."""
    channel: str
    """As in `Observation.channel`."""
    region: str
    """ISO 3166-2 region looked at; empty where the disc is meant."""
    start: datetime
    """Begin of the look (UTC)."""
    end: datetime
    """End of the look (UTC)."""
    lon: float = nan
    """Centre of the disc looked at, degrees east; NaN for a whole region."""
    lat: float = nan
    """Centre of the disc looked at, degrees north; NaN for a whole region."""
    radius_km: float = nan
    """Radius of the disc looked at, km; NaN for a whole region."""
    acts: tuple[str, ...] = ()
    """Act classes that the look could have shown; an act covers its children."""
    quality: float = 1.0
    """Usable fraction of the look, 0 to 1; 0 exactly when it was lost."""
    lost: str = ""
    """Why it was lost (`no data`, `cloud`, `no pass`, `denial`, `jamming`, `permanent alert`, ...); empty if not."""
    quality_low: float = nan
    """Least usable fraction that is plausible, where cloud is not known; NaN: as `quality`."""


@dataclass(frozen=True, kw_only=True)
class Claim:
    """What somebody said: an event, a denial, a total, a promise or a delivery. Never a finding."""

    id: str
    """Stable id: `c-` and 12 hex digits."""
    source: str
    """Where it was read, as named in the case file."""
    granule: str
    """The file's name."""
    line: int
    """1-based line in the file."""
    claimant: str
    """Party that speaks (a party's id), or an outside body's name."""
    speaker: str
    """Office that speaks, e.g. `Ministry of Defence`; offices, not persons."""
    said: datetime
    """When it was first said (UTC)."""
    stance: str
    """One of `model.matters.STANCES`: `asserts`, `denies`, `demands`, `accepts`, ..."""
    act: str = ""
    """Act class claimed (`model.taxonomy.ACTS`), or what it is about (`model.matters.MATTERS`)."""
    object_class: str = ""
    """Dotted object class claimed (`model.taxonomy.OBJECTS`, `model.matters.SUBJECTS`)."""
    accused: str = ""
    """Party accused."""
    provision: str = ""
    """Provision it speaks to, e.g. the obligation delivered; empty where none is named."""
    start: datetime = EPOCH
    """Begin of the period it speaks of (UTC); the epoch where none is given."""
    end: datetime = EPOCH
    """End of the period it speaks of (UTC)."""
    place: str = ""
    """Place named."""
    region: str = ""
    """ISO 3166-2 region of the place."""
    lon: float = nan
    """Degrees east; NaN where no place is named."""
    lat: float = nan
    """Degrees north; NaN where no place is named."""
    radius_km: float = nan
    """Uncertainty of the place, km."""
    low: float = nan
    """Least quantity that agrees with the words; NaN where no number is said."""
    high: float = nan
    """Greatest quantity that agrees with the words; infinity for "over"."""
    words: str = ""
    """The quantity as worded, e.g. `over 80`, `several hundred`."""
    unit: str = ""
    """What is counted, e.g. `violations`, `persons`, `strikes`."""
    origin: str = ""
    """Independence cluster, as in `Observation.origin`."""
    summary: str = ""
    """One sentence in our own words; may be published."""
    text: str = ""
    """The speaker's own words; kept as evidence, not published by default."""
    url: str = ""
    """Where it can be read."""
    observation: str = ""
    """Id of the observation made from it, where it names an event; else empty."""
    evidence: str = ""
    """SHA-256 of the bytes of the file it was read in."""
    chain: tuple[str, ...] = ()
    """Who relates it, from the outlet's side inwards: in "A said that B agreed" the claim of B has the chain (A,)."""
    cue: str = ""
    """The word or words that attribute it, e.g. `said`, `according to`."""
    begin: int = -1
    """First character of the content in the archived text, counted from 0; -1 where not read from an archived text."""
    stop: int = -1
    """First character behind the content."""
    speaker_begin: int = -1
    """First character of the words that name the speaker; -1 where it is not named there."""
    speaker_stop: int = -1
    """First character behind them."""
    archived: str = ""
    """SHA-256 of the archived text (UTF-8) that the offsets count in."""
    language: str = ""
    """Language of the text, ISO 639-1."""
    certainty: str = ""
    """Words of the speaker that weaken or strengthen it, e.g. `reportedly`, `very good chance`."""
    checked: str = ""
    """What the outlet says of checking it: `verified`, `not_verified`, `disputed`; empty where it says nothing."""
    outlet: str = ""
    """Who published the text."""


@dataclass(frozen=True, kw_only=True)
class Incident:
    """What fused observations are of; three probabilities that are never merged."""

    id: str
    """Stable id: `i-` and the 12 hex digits of its earliest observation's id."""
    start: datetime
    """Earliest instant (UTC)."""
    end: datetime
    """Latest instant (UTC)."""
    lon: float
    """Longitude of the disc's centre, degrees east."""
    lat: float
    """Latitude of the disc's centre, degrees north."""
    radius_km: float
    """Radius of the disc, km."""
    place: str
    """Most precise place name among the observations."""
    region: str
    """ISO 3166-2 region of the centre."""
    control: str
    """Party that held the place, or `contested`; empty where unknown."""
    act: str
    """Act class."""
    object_class: str
    """Likeliest object class; empty where nothing tells."""
    object_probabilities: tuple[tuple[str, float], ...]
    """P(the object was of that class | it occurred), the remainder being an unprotected or unknown object."""
    p_occurred: float
    """P(it occurred)."""
    p_object: float
    """P(the object was one that some provision protects | it occurred)."""
    p_party: tuple[tuple[str, float], ...]
    """P(party did it | it occurred), `other` being own fire, accident or a third actor; sums to 1."""
    attribution: str
    """A party's id, or `undetermined` unless a basis is named and the alternatives are excluded."""
    basis: str
    """Attribution basis class, empty where undetermined."""
    alternatives: tuple[str, ...]
    """Explanations left open by the sources."""
    accused_by: tuple[tuple[str, str], ...]
    """Pairs (claimant, accused) among the claims; two parties blaming each other show here."""
    denied_by: tuple[str, ...]
    """Parties that deny it."""
    origins: int
    """Number of independent reports: copies of one report count once."""
    channels: tuple[str, ...]
    """Channels that saw it."""
    observations: tuple[str, ...]
    """Ids of its observations, earliest first."""
    summary: str = ""
    """Sentence in our own words of its most reliable observation, where one has it."""


MATCHING = "matching"
"""In place of an observation's id: the log odds that two reports of the incident are of one event, on average."""


@dataclass(frozen=True, kw_only=True)
class Weight:
    """What one observation added to one of an incident's probabilities; `explain` prints these.

    A row of the observation `MATCHING` is no report: it says how surely the incident's reports are of one event.
    """

    incident: str
    """Incident id."""
    observation: str
    """Observation id; `prior` for what was assumed before any."""
    about: str
    """`occurred`, `object:<class>` or `party:<id>`."""
    weight: float
    """Natural-log weight added: a log likelihood ratio; for a prior the log odds (occurred) or log share (others)."""
    why: str
    """The rule that gave it."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One verdict: an incident, a period or an obligation, under one provision and one reading."""

    id: str
    """Stable id: `f-` and 12 hex digits."""
    kind: str
    """`incident`, `period`, `obligation` or `claim`."""
    subject: str
    """Incident id; `region day`, region or `all` of a period; provision id of an obligation; claim id."""
    agreement: str
    """Agreement id."""
    provision: str
    """Provision id."""
    reading: str
    """Reading id."""
    start: datetime
    """Begin of what is judged (UTC)."""
    end: datetime
    """End of what is judged (UTC)."""
    region: str
    """ISO 3166-2 region; empty where none applies."""
    verdict: str
    """Incident: `violation`, `not_violation`, `not_covered`, `not_in_force`, `insufficient`. Period:
    `violations_found`, `none_observed`, `not_observed`, `disputed`, `not_in_force`. Obligation: `fulfilled`,
    `partly_fulfilled`, `not_fulfilled`, `not_due`, `insufficient`. Claim: `supported`, `contradicted`,
    `not_observable`, `insufficient`."""
    rule: str
    """Name of the rule that decided it."""
    reason: str
    """One sentence why."""
    would_change: str
    """One sentence on what would change it."""
    probability: float = nan
    """Incident: P(occurred). Never a product of the three probabilities."""
    p_covered: float = nan
    """Incident: P(the object is one this reading protects | it occurred)."""
    count: int = 0
    """Period: violations found. Obligation: quantity delivered."""
    promised: float = nan
    """Obligation: quantity promised."""
    exposure: float = nan
    """Period: probability that one violation there and then would have been seen, 0 to 1."""
    upper_limit: float = nan
    """Period: 95 % upper limit on the number of violations, given what was seen and the exposure."""
    looks: int = 0
    """Looks made at that region and period."""
    looks_lost: int = 0
    """Looks lost."""
    lost: tuple[str, ...] = ()
    """Why looks were lost."""
    evidence: tuple[str, ...] = ()
    """Ids of the incidents, claims or observations it rests on."""
    sources: tuple[str, ...] = ()
    """Ids of the agreement's sources that the rule rests on."""


@dataclass(frozen=True, kw_only=True)
class Quarantined:
    """A row that could not be used, kept with the reason."""

    source: str
    """Source as named in the case file."""
    granule: str
    """The file's name."""
    line: int
    """1-based line; 0 where the whole file is meant."""
    reason: str
    """What is wrong and what would be right."""
    row: str
    """The row as read, cut at 500 characters."""


@dataclass(frozen=True, kw_only=True)
class ProtectedObject:
    """One facility of the register that provisions may protect: a public record of a public object."""

    id: str
    """Stable id: register name, a colon and the register's own id, e.g. `wri:UKR0000123`."""
    name: str
    """Name in the register."""
    object_class: str
    """Dotted object class (`model.taxonomy.OBJECTS`)."""
    lon: float
    """Degrees east."""
    lat: float
    """Degrees north."""
    radius_km: float
    """Uncertainty radius of the register's position, km (grid maps are schematic: several km)."""
    region: str
    """ISO 3166-2 region."""
    status: str = ""
    """`operating`, `construction`, `retired`, ... as the register says."""
    source: str = ""
    """Register, e.g. `wri`, `gem`, `entsoe`, `osm`."""
    url: str = ""
    """Link to the register's entry or data set."""
    licence: str = ""
    """Licence of the register."""


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """Looks at one region on one day for one act class, turned into the chance of seeing it."""

    region: str
    """ISO 3166-2 region."""
    start: datetime
    """Begin of the day, in the case's clock, as UTC."""
    end: datetime
    """End of the day (UTC)."""
    act: str
    """Act class looked for."""
    looks: int
    """Looks made."""
    looks_lost: int
    """Looks lost."""
    exposure: float
    """P(one such act there and then would have been seen by at least one look), 0 to 1."""
    channels: tuple[str, ...] = ()
    """Channels that looked."""
    lost: tuple[str, ...] = ()
    """`channel: reason` of each kind of look lost."""
    exposure_low: float = nan
    """Cautious end of the exposure, with which limits are stated; equals `exposure` where it is stated, not learned."""
    exposure_high: float = nan
    """Other end of it."""
    unseen: float = nan
    """P(such an act happened there and then although nobody reported one); NaN where one was reported."""
    unseen_low: float = nan
    """Lower end of its 95 % interval."""
    unseen_high: float = nan
    """Upper end of its 95 % interval."""
