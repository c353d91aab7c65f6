"""The JSON Schema of the agreement format, made from the records, so that editors complete and check files."""

from __future__ import annotations

from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from ceasefire.model.agreement import FORMAT, Agreement


def schema() -> dict[str, Any]:
    """Give the JSON Schema (draft 2020-12) of an agreement file.

    It checks words, dates and shapes; that ids are defined is checked by `read` alone, no schema can say it.

    >>> schema()["title"], "provisions" in schema()["required"]
    ('Ceasefire agreement, format 1', True)
    """
    made = Agreement.model_json_schema(by_alias=True, mode="validation", schema_generator=GenerateJsonSchema)
    made["title"] = f"Ceasefire agreement, format {FORMAT}"
    made["$schema"] = GenerateJsonSchema.schema_dialect
    return made
