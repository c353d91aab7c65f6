"""What a case takes from elsewhere than its own statements: calibration maps, and the reliability of its sources.

Both are off unless the case file asks for them under `assumptions:`, and both are applied after fusion, so that every
stated weight stays visible beside what changed it.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from ceasefire.agreements.read import validated
from ceasefire.agreements.tree import read_tree
from ceasefire.casefile import CaseFile
from ceasefire.errors import Doubt, InvalidFile, Problem
from ceasefire.fusion import recalibrate
from ceasefire.fusion.fuse import Fused, fuse
from ceasefire.fusion.recalibrate import Calibration, fingerprint
from ceasefire.fusion.reliability import Reliability, reliability
from ceasefire.fusion.reweigh import reweighed

if TYPE_CHECKING:
    from ceasefire.case import Case
    from ceasefire.store import Observed

LIBRARY = Path(recalibrate.__file__).with_name("calibrations")
"""Folder of the calibration files that ship."""


def calibration(case: CaseFile, folder: Path) -> Calibration | None:
    """Read the calibration file that a case names; None where it names none.

    Parameters
    ----------
    case
        The case file.
    folder
        Folder that its paths are relative to.

    Raises
    ------
    InvalidFile
        The file cannot be read, or is no calibration file; with line and column.
    """
    name = case.assumptions.calibration
    if not name:
        return None
    path = folder / name
    if name.startswith("library:"):
        path = LIBRARY / f"{name.removeprefix('library:')}.json"
        if path.parent != LIBRARY or not path.is_file():
            known = ", ".join(f"library:{p.stem}" for p in sorted(LIBRARY.glob("*.json")))
            raise InvalidFile([Problem("case", 0, 0, f"no calibration file {name!r} ships", f"there is {known}")])
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InvalidFile([Problem(path.name, 0, 0, f"cannot be read: {error.strerror}")]) from None
    return validated(Calibration, read_tree(data, path.name), path.name)


def learned(case: Case, observed: Observed, fused: Fused) -> Fused:
    """Give what fusion gave with what the case says was learnt: source factors first, then the calibration maps.

    A doubt is raised where a map was fitted with other weights than the case states.
    """
    priors = case.file.assumptions
    lines = priors.source_reliability
    if lines.learned:
        found = judged_sources(case, observed, fused)
        case.say(f"fuse: {found.headline()}")
        fused = reweighed(fused, observed.observations, found.factors(), priors=priors)
    elif lines.factors:
        stated = {name: (factor, factor, factor) for name, factor in lines.factors.items()}
        fused = reweighed(fused, observed.observations, stated, priors=priors)
    if case.calibration is None:
        return fused
    if case.calibration.weights != fingerprint(priors) or lines.learned or lines.factors:
        warnings.warn(
            Doubt(f"calibration {case.calibration.id}: fitted with other weights than this case states"), stacklevel=3
        )
    return recalibrate.recalibrate(fused, case.calibration, protected=case.protected, priors=priors)


def judged_sources(case: Case, observed: Observed, fused: Fused) -> Reliability:
    """Learn how reliable a case's sources are from its incidents and looks."""
    priors = case.file.assumptions
    return reliability(fused.incidents, observed.observations, observed.looks, priors=priors)


def source_table(case: Case, observed: Observed) -> Reliability:
    """Learn the same from what was observed, with probabilities as stated, whatever the case takes from elsewhere."""
    priors = case.file.assumptions
    plain = fuse(observed.observations, parties=case.parties, protected=case.protected, priors=priors)
    return judged_sources(case, observed, plain)
