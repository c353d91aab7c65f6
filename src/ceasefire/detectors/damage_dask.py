"""The same moments on Dask arrays: lazy, block by block, on whatever cluster the arrays are computed.

For a whole country `tiles_run` is the simpler and faster way; this is for those whose stacks are Dask arrays already.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ceasefire.detectors import damage_kernel
from ceasefire.errors import MissingExtra
from ceasefire.stats.change import Moments


def moments(values: Any, before: ArrayLike, after: ArrayLike) -> Moments:
    """Count, average and spread the dates before and after; the numbers of `damage_kernel.moments`, not yet computed.

    Parameters
    ----------
    values
        Dask array of shape (dates, rows, columns); blocks are joined along the dates, so one block of rows and columns
        with all its dates has to fit a worker.
    before, after
        As for `damage_kernel.moments`.

    Returns
    -------
    Moments whose six images are Dask arrays; `dask.compute(*moments)` reads the stack once for all of them.

    Raises
    ------
    ValueError
        Shapes that do not fit, or a date that is both before and after.
    MissingExtra
        Without the extra `cluster` or `satellite`.

    >>> import dask
    >>> import dask.array as da
    >>> m = moments(da.from_array(np.array([1.0, 3.0, 5.0]).reshape(3, 1, 1)), [1, 1, 0], [0, 0, 1])
    >>> [float(v[0, 0]) for v in dask.compute(*m, scheduler="synchronous")]
    [2.0, 2.0, 2.0, 1.0, 5.0, nan]
    """
    da: Any  # its functions are untyped
    try:
        import dask.array as da
    except ModuleNotFoundError as error:
        raise MissingExtra("Dask arrays need the extra: pip install 'ceasefire[cluster]'") from error
    first, then = np.asarray(before, dtype=bool), np.asarray(after, dtype=bool)
    damage_kernel.check_dates(values.shape, first, then)
    whole = values.rechunk({0: -1})
    six = da.map_blocks(
        _six, whole, first, then, chunks=((len(Moments._fields),), *whole.chunks[1:]), dtype=np.float32, meta=_EMPTY
    )
    kinds = {"n_before": np.int32, "n_after": np.int32}
    return Moments(*(six[k].astype(kinds.get(name, np.float32)) for k, name in enumerate(Moments._fields)))


_EMPTY = np.empty((0, 0, 0), np.float32)


def _six(block: NDArray[Any], before: NDArray[np.bool_], after: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Give the six images of a block; a count of dates is exact as a single. One thread, as Dask has its own."""
    return np.stack([v.astype(np.float32) for v in damage_kernel.moments(block, before, after, threads=1)])
