"""Acts and objects: two small dotted taxonomies, where a class covers everything below it.

A reading protects `energy.electricity`; a report names `energy.electricity.substation`: the first covers the
second. Names are the field's; `crosswalk.csv` beside this file maps the acts to ACLED, PLOVER and UCDP.
"""

from __future__ import annotations

ACTS: dict[str, str] = {
    "attack": "any use of force whose kind is not told",
    "attack.air": "attack from the air whose means is not told",
    "attack.air.missile": "cruise or ballistic missile",
    "attack.air.drone": "uncrewed aircraft, one-way attack or bomb-dropping",
    "attack.air.bomb": "bomb or guided bomb from a crewed aircraft",
    "attack.shelling": "artillery, mortar, rocket artillery, tank fire",
    "attack.ground": "assault or fight on the ground",
    "attack.naval": "attack from or on a ship, other than missiles from the air",
    "attack.naval.drone": "uncrewed boat",
    "attack.naval.mine": "sea mine, laid or drifting",
    "attack.sabotage": "explosive or other damage placed by people",
    "attack.cyber": "attack on a network or a control system",
    "movement": "movement of forces, weapons or warships",
    "movement.naval": "movement of warships",
    "presence": "weapons or forces where they may not be",
    "interference": "jamming, denial of access to monitors",
    "interference.jamming": "receivers of satellite navigation put out over an area",
    "interference.spoofing": "false satellite navigation: ships or aircraft put where they are not",
    "fire": "a fire or heat seen without a known cause",
    "outage": "loss of power or another service",
    "alert": "air-raid alert",
    "interception": "air defence engaged; nothing is said to have been hit on the ground",
    "launch": "launches counted by a party, not tied to a place of impact",
    "transfer": "handover of persons, bodies or goods",
    "inspection": "inspection of a vessel or site",
    "corridor": "opening or blocking of a humanitarian corridor",
}

OBJECTS: dict[str, str] = {
    "energy": "energy facility whose kind is not told",
    "energy.electricity": "electricity generation and transmission",
    "energy.electricity.generation": "power plant, thermal, gas, wind, solar",
    "energy.electricity.grid": "substation, transformer, line, distribution unit",
    "energy.nuclear": "nuclear power plant",
    "energy.hydro": "hydroelectric plant",
    "energy.hydro.dam": "dam of a hydroelectric plant",
    "energy.oil": "oil facility whose kind is not told",
    "energy.oil.refinery": "oil refinery",
    "energy.oil.pipeline": "oil pipeline and pumping station",
    "energy.oil.storage": "oil depot",
    "energy.oil.production": "oil field and its installations",
    "energy.gas": "gas facility whose kind is not told",
    "energy.gas.pipeline": "gas pipeline, compressor and metering station",
    "energy.gas.storage": "gas storage",
    "energy.gas.production": "gas field and its installations",
    "energy.gas.distribution": "gas distribution to consumers",
    "energy.coal": "coal mine and its installations",
    "energy.heat": "heating plant and network",
    "energy.machine_building": "plant that makes energy equipment",
    "transport": "transport infrastructure whose kind is not told",
    "transport.rail": "railway",
    "transport.port": "port",
    "transport.road": "road or bridge",
    "transport.airport": "civilian airport",
    "transport.vessel": "commercial vessel",
    "water": "water supply and dams that make no electricity",
    "communications": "telecommunications and broadcasting",
    "civilian": "homes, schools, hospitals, markets and other civilian objects",
    "civilian.housing": "homes",
    "civilian.health": "hospital or clinic",
    "civilian.education": "school, kindergarten, university",
    "industry": "industrial site outside the energy sector",
    "military": "military object",
    "settlement": "a settlement, nothing nearer being told",
}

INFRASTRUCTURE: tuple[str, ...] = ("energy", "transport", "water", "communications")
"""What the words "energy and infrastructure" of 18 March 2025 cover when read at their widest."""

EFFECTS: tuple[str, ...] = ("fire", "damage", "outage", "casualties", "intercepted", "none")
ALTERNATIVES: tuple[str, ...] = ("debris", "accident", "own_fire", "third_actor")
BASES: tuple[str, ...] = (
    "claim_of_responsibility",
    "trajectory",
    "weapon_fragment",
    "exclusive_capability",
    "launch_location",
)


def covers(classes: tuple[str, ...] | list[str], one: str) -> bool:
    """Tell whether one of the classes is the given class or stands above it.

    >>> covers(("energy.electricity", "energy.nuclear"), "energy.electricity.grid")
    True
    >>> covers(("energy.gas.pipeline",), "energy.gas")
    False
    """
    return any(one == c or one.startswith(c + ".") for c in classes)


def straddles(classes: tuple[str, ...] | list[str], one: str) -> bool:
    """Tell whether the given class is wider than one of the classes, so that it may or may not be covered.

    >>> straddles(("energy.gas.pipeline",), "energy.gas")
    True
    """
    return not covers(classes, one) and any(c.startswith(one + ".") for c in classes)
