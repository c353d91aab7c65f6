"""Every distinct word is embedded once: the parser's first layer looks at one word at a time, so its result is kept.

Why: a third of the parser's arithmetic turns the form of a word into numbers, and nine in ten words of an article were
met before. The numbers are the same, and so are the parses; what is kept is bounded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc
    from thinc.api import Model

MOST = 32_768
"""Forms whose numbers are kept, at most 25 MB; when there are more, all are forgotten and met anew."""


def embed_once(loaded: Language) -> None:
    """Let a parser keep what its first layer says of a form of a word."""
    from thinc.api import Model

    layers = loaded.get_pipe("tok2vec").model.layers  # type: ignore[attr-defined]
    first = layers[0]
    if first.name.startswith("extract_features"):
        layers[0] = Model("embed_once", _forward, layers=[first], attrs={"kept": _Kept(first)})


class _Kept:
    """Forms of words, each with the row of its numbers."""

    def __init__(self, first: Model[Any, Any]) -> None:
        extract, _, *mix, _ = first.layers
        self.columns, self.mix = extract.attrs["columns"], mix
        self.row: dict[bytes, int] = {}
        self.table = np.empty((0, 0), dtype=np.float32)

    def rows(self, docs: list[Doc]) -> Any:
        """Give the numbers of all words of some paragraphs, shape (words, width)."""
        forms = np.concatenate([doc.to_array(self.columns) for doc in docs])
        keys = forms.view(f"V{forms.shape[1] * forms.itemsize}").ravel().tolist()
        row = self.row
        if len(row) > MOST:
            row.clear()
        known = len(row)
        at = [row.setdefault(key, len(row)) for key in keys]
        if len(row) > known:
            fresh = np.frombuffer(b"".join(list(row)[known:]), dtype=np.uint64).reshape(-1, forms.shape[1])
            self._add(fresh, known)
        return self.table[at]

    def _add(self, forms: Any, known: int) -> None:
        from thinc.types import Ragged

        length: Any = np.asarray([len(forms)], dtype=np.int32)
        made = Ragged(forms, length)
        for layer in self.mix:
            made = layer.predict(made)
        stop = known + len(forms)
        if stop > len(self.table):
            room = np.empty((max(stop, 2 * len(self.table)), made.data.shape[1]), dtype=np.float32)
            room[:known] = self.table[:known] if known else room[:known]
            self.table = room
        self.table[known:stop] = made.data


def _forward(model: Model[Any, Any], docs: list[Doc], is_train: bool) -> tuple[list[Any], Any]:
    ends = np.cumsum([len(doc) for doc in docs])[:-1]
    return np.split(model.attrs["kept"].rows(docs), ends), lambda changed: changed
