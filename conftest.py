"""Files whose doctests need an extra are not collected where it is not installed; core is tested without it."""

from __future__ import annotations

from importlib.util import find_spec

NEED = {
    "numba": (
        "damage_kernel",
        "damage_loops",
        "damage_combine",
        "damage_combine_loops",
        "damage_shift",
        "damage_shift_loops",
        "damage_dask",
    ),
    "dask": ("damage_dask",),
}

collect_ignore = [
    f"src/ceasefire/detectors/{name}.py" for extra, names in NEED.items() if not find_spec(extra) for name in names
]
