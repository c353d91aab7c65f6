"""Write the parts of the documentation that are made from the code, or tell which of them are out of date.

`python tools/build_reference.py` writes; with `--check` it writes nothing and gives exit code 1 where a page is stale.
Whole pages stand in `docs/reference`; elsewhere a part between `<!-- generated: NAME -->` and `<!-- end -->` is
replaced. `tests/docs/test_generated.py` fails while anything is stale.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import typer
from pydantic import BaseModel

from ceasefire.agreements.library import load, names
from ceasefire.assessment.rules import RULES
from ceasefire.assessment.thresholds import Thresholds
from ceasefire.cli import app
from ceasefire.fusion.priors import Priors
from ceasefire.model import taxonomy
from ceasefire.model.agreement import Agreement
from ceasefire.model.likelihood import WORDS
from ceasefire.reporting.release import ReleaseRules

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
NOTE = "\n\n<!-- Made by tools/build_reference.py from the code; do not edit by hand. -->\n"
_PART = re.compile(r"(<!-- generated: ([a-z-]+) -->\n).*?(<!-- end -->)", re.DOTALL)

API: dict[str, tuple[str, tuple[str, ...]]] = {
    "api-start": (
        "Start here: the package",
        ("ceasefire", "ceasefire.case", "ceasefire.run", "ceasefire.effects", "ceasefire.casefile"),
    ),
    "api-model": (
        "Records that the stages speak in",
        (
            "model.records",
            "model.table",
            "model.intake",
            "model.taxonomy",
            "model.likelihood",
            "model.moment",
            "model.effect",
        ),
    ),
    "api-agreements": (
        "Agreements",
        ("model.agreement", "agreements.read", "agreements.library", "agreements.schema", "agreements.lint"),
    ),
    "api-sources": ("Sources", ("sources", "sources.rows", "sources.facts", "testing.check_source")),
    "api-fusion": (
        "Fusion",
        (
            "fusion.fuse",
            "fusion.priors",
            "fusion.match",
            "fusion.occurred",
            "fusion.on_object",
            "fusion.by_party",
            "fusion.coverage",
        ),
    ),
    "api-assessment": (
        "Assessment",
        (
            "assessment.in_force",
            "assessment.verdict",
            "assessment.rules",
            "assessment.thresholds",
            "assessment.periods",
            "assessment.obligations",
            "assessment.spoken",
            "assessment.effect",
            "assessment.effect_lines",
        ),
    ),
    "api-reporting": ("Reporting", ("reporting.report", "reporting.given", "reporting.release", "reporting.words")),
    "api-places-numbers": (
        "Places and numbers",
        (
            "geo.regions",
            "geo.distance",
            "geo.zones",
            "geo.seas",
            "geo.sea_zones",
            "geo.ports",
            "geo.fixes",
            "geo.reception",
            "geo.control",
            "geo.objects",
            "stats.counts",
            "stats.scores",
            "stats.odds",
        ),
    ),
    "api-testing": ("Worlds with known truth", ("testing.simulate", "testing.score", "testing.scored")),
    "api-errors": ("Errors and doubts", ("errors",)),
}
"""Page to its title and the public modules on it."""


def main() -> int:
    """Write or check every page; give the exit code."""
    stale = []
    for path, text in pages().items():
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(path.relative_to(ROOT))
        if "--check" not in sys.argv:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    for name in stale:
        sys.stdout.write(f"{'stale' if '--check' in sys.argv else 'written'}: {name}\n")
    return 1 if stale and "--check" in sys.argv else 0


def pages() -> dict[Path, str]:
    """Give every generated page, and every page with a generated part, as it should be."""
    reference = DOCS / "reference"
    out = {
        reference / "cli.md": cli(),
        reference / "agreement-format.md": agreement_format(),
        reference / "case-format.md": case_format(),
        reference / "library.md": library(),
        reference / "taxonomy.md": words(),
        reference / "products.md": product_list(),
    }
    out.update({reference / f"{name}.md": api(title, modules) for name, (title, modules) in API.items()})
    for path in sorted(DOCS.rglob("*.md")):
        if path not in out and "<!-- generated: " in (text := path.read_text(encoding="utf-8")):
            out[path] = _PART.sub(lambda m: m[1] + PARTS[m[2]]() + m[3], text)
    return {path: re.sub(r"[ \t]+$", "", text, flags=re.MULTILINE) for path, text in out.items()}


def cli() -> str:
    """Write the reference of the commands from the commands themselves."""
    group = typer.main.get_command(app)
    lines = ["# Commands" + NOTE, str(group.help), ""]
    for name, command in sorted(group.commands.items()):
        arguments = [p for p in command.params if p.param_type_name == "argument"]
        options = [p for p in command.params if p.param_type_name == "option" and p.name != "help"]
        usage = " ".join(["ceasefire", name, *(_argument(p) for p in arguments), *(["[OPTIONS]"] if options else [])])
        lines += [f"## ceasefire {name}\n", f"```text\n{usage}\n```\n", _flowing(command.help or ""), ""]
        if arguments or options:
            lines += ["| | meaning |", "|---|---|"]
        for p in arguments:
            lines.append(f"| `{_argument(p)}` | {_cell(getattr(p, 'help', '') or '')} |")
        for p in options:
            default = "" if p.default in (None, False, "") or callable(p.default) else f" Default: `{p.default}`."
            lines.append(f"| `{', '.join(p.opts)}` | {_cell(p.help or '')}{default} |")
        lines.append("")
    return "\n".join(lines)


def _argument(p: Any) -> str:
    name = p.metavar or p.name.upper()
    return name if p.required else f"[{name}]"


def _flowing(text: str) -> str:
    parts = re.sub(r"\n\* ", "\n\n* ", text.strip()).split("\n\n")
    return "\n\n".join(" ".join(part.split()) for part in parts)


def agreement_format() -> str:
    """Write the reference of agreement files from their records."""
    head = (
        "# Agreement files" + NOTE + "\n"
        "An agreement is one YAML file. The smallest one that says something stands in\n"
        "[An agreement as data](../tutorial/02-an-agreement-as-data.md); the way to encode a text in\n"
        "[Encode an agreement](../how-to/encode-an-agreement.md). `ceasefire schema agreement` prints the JSON\n"
        "Schema.\n\n"
        "Limits: 1 MB, 20 levels, 50,000 values; no YAML tags. Times without a clock are refused.\n\n"
    )
    return head + _tables(Agreement)


def case_format() -> str:
    """Write the reference of case files from their records."""
    from ceasefire.casefile import CaseFile

    head = (
        "# Case files" + NOTE + "\n"
        "A case is a folder with a `case.yml`: agreement, period, area, sources, and what is assumed.\n"
        "Paths are relative to the folder; `@data/...` is looked for in the first folder under `data:` that exists;\n"
        "patterns (`*.csv`) name several files. `ceasefire schema case` prints the JSON Schema. The numbers under\n"
        "`assumptions` are explained in [Weights](../methods/weights.md).\n\n"
    )
    return head + _tables(CaseFile)


def _tables(record: type[BaseModel]) -> str:
    schema = record.model_json_schema(by_alias=True)
    schemas = {schema["title"]: schema, **schema.get("$defs", {})}
    order, seen = [schema["title"]], set()
    lines: list[str] = []
    while order:
        name = order.pop(0)
        if name in seen:
            continue
        seen.add(name)
        one = schemas[name]
        order += [n for n in re.findall(r"#/\$defs/(\w+)", repr(one.get("properties", ""))) if n not in order]
        lines += [f"## {name}\n", _flowing((one.get("description") or "").split(">>>")[0].split("Examples\n")[0]), ""]
        if name == "Moment":
            lines += [
                "Written as one instant (`2025-03-25T00:00 Europe/Kyiv`, `2025-03-18T14:00Z`), as a day on a clock",
                "(`2025-03-25 Europe/Kyiv`: some time that day), or as `{earliest, latest, why}`.\n",
            ]
            continue
        lines += ["| key | holds | default | meaning |", "|---|---|---|---|"]
        for key, of in one.get("properties", {}).items():
            needed = "**needed**" if key in one.get("required", ()) else _default(of.get("default"))
            lines.append(f"| `{key}` | {_shape(of)} | {needed} | {_cell(of.get('description', ''))} |")
        lines.append("")
    return "\n".join(lines)


def _shape(of: dict[str, Any]) -> str:
    if "$ref" in of:
        name = of["$ref"].rsplit("/", 1)[-1]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in of:
        parts = [_shape(o) for o in of["anyOf"]]
        return " or ".join(dict.fromkeys(parts))
    if "allOf" in of:
        return _shape(of["allOf"][0])
    if "const" in of:
        return f"`{of['const']}`"
    if "enum" in of:
        given = set(map(str, of["enum"]))
        if given == set(taxonomy.ACTS):
            return "[act class](taxonomy.md#acts)"
        if given == {"any", *taxonomy.OBJECTS}:
            return "[object class](taxonomy.md#objects) or `any`"
        return ", ".join(f"`{str(e).lower() if isinstance(e, bool) else e}`" for e in of["enum"])
    kind = of.get("type", "")
    if kind == "array":
        if "prefixItems" in of:
            return "[" + ", ".join(_shape(o) for o in of["prefixItems"]) + "]"
        return "list of " + _shape(of.get("items", {}))
    if kind == "object":
        inner = of.get("additionalProperties")
        return "mapping" + (f" to {_shape(inner)}" if isinstance(inner, dict) else "")
    if str(of.get("pattern", "")).startswith("^[a-z0-9]"):
        return "id"
    return {"string": "text", "integer": "whole number", "number": "number", "boolean": "`true` or `false`"}.get(
        kind, "null" if kind == "null" else "any value"
    )


def _default(value: Any) -> str:
    if isinstance(value, dict):
        return "see below"
    if value in (None, "", [], ()):
        return "none"
    if isinstance(value, list):
        return ", ".join(f"`{v}`" for v in value) if not isinstance(value[0], (dict, list)) else "see below"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def library() -> str:
    """List the encoded agreements with their clauses under each reading."""
    lines = [
        "# Library of agreements" + NOTE,
        "Encoded agreements that ship with Ceasefire: name them `library:NAME` in a case file. Every line of the files",
        "names its source; the files stand in `src/ceasefire/agreements/library`.\n",
        "| name | title | class | purpose | sides |",
        "|---|---|---|---|---|",
    ]
    agreements = [load(name) for name in names()]
    lines += [
        f"| [{a.id}](#{a.id}) | {_cell(a.title)} | {_plain(a.class_)} | {_plain(a.purpose)} | {_plain(a.sides)} |"
        for a in agreements
    ]
    for a in agreements:
        lines += [
            f"\n## {a.id}\n",
            _flowing(a.summary),
            "",
            "| provision | reading | from | until | objects |",
            "|---|---|---|---|---|",
        ]
        for p in a.provisions:
            for reading, terms in p.readings.items():
                objects = ", ".join(f"`{o}`" for o in terms.objects) if p.kind == "prohibition" else _owed(p)
                begin = str(terms.in_force_from) if terms.in_force_from else "never"
                until = str(terms.until) if terms.until else "no end stated"
                lines.append(f"| {_cell(p.title)} | {a.reading(reading).title} | {begin} | {until} | {objects} |")
    return "\n".join(lines) + "\n"


def _owed(p: Any) -> str:
    return f"owed: {p.quantity:g} {p.unit}" if p.quantity is not None else "owed: no number stated"


def _plain(code: str) -> str:
    return code.replace("_", " ")


def words() -> str:
    """Write the vocabularies, with the crosswalk of acts to the codebooks of other data sets."""
    import csv

    path = ROOT / "src" / "ceasefire" / "model" / "crosswalk.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    lines = [
        "# Vocabularies" + NOTE,
        "A class covers everything below it: `energy` covers `energy.gas.storage`. A word that is not listed here is",
        "refused with the nearest one.\n",
        "## Acts\n",
        "| act | meaning |",
        "|---|---|",
        *(f"| `{k}` | {v} |" for k, v in taxonomy.ACTS.items()),
        "\n## Objects\n",
        "| object class | meaning |",
        "|---|---|",
        *(f"| `{k}` | {v} |" for k, v in taxonomy.OBJECTS.items()),
        "\n## Other words\n",
        "| field | words |",
        "|---|---|",
        f"| effect | {_codes(taxonomy.EFFECTS)} |",
        f"| alternatives left open | {_codes(taxonomy.ALTERNATIVES)} |",
        f"| basis of an attribution | {_codes(taxonomy.BASES)} |",
        "\n## Crosswalk to other data sets\n",
        "`model/crosswalk.csv`. An empty cell means that the codebook has no event type for the act, not that it was",
        "forgotten. Codebooks cut the world differently: a row is the nearest type, no equality. ACLED: event type and",
        "sub-event type; PLOVER: event type; UCDP: type of organised violence, which needs a death: that column holds",
        "for fatal events only.\n",
        "| act | ACLED event | ACLED sub-event | PLOVER | UCDP GED |",
        "|---|---|---|---|---|",
        *(
            f"| `{r['act']}` | {r['acled_event']} | {r['acled_sub_event']} | {r['plover']} | {r['ucdp']} |"
            for r in rows
        ),
        "\n## Words of likelihood\n",
        "From the probability alone (ICD 203). A probability at a border takes the upper word.\n",
        "| from | to | word |",
        "|---|---|---|",
        *(f"| {a:.2f} | {b:.2f} | {w} |" for a, b, w in WORDS),
    ]
    return "\n".join(lines) + "\n"


def _codes(values: tuple[str, ...]) -> str:
    return ", ".join(f"`{v}`" for v in values)


def product_list() -> str:
    """List the products that can be read, each with the first words of its reader."""
    from ceasefire import sources

    lines = [
        "# Products" + NOTE,
        "What the key `product` of a source line may name. The reader's own text says which columns it needs, what it",
        "assumes and what it refuses.\n",
    ]
    for name, path in sources.modules().items():
        module = import_module(path)
        lines += [f"## {name}\n", _flowing((module.__doc__ or "").split("\n| ")[0]), f"\nCode: `{module.__name__}`.\n"]
    return "\n".join(lines)


def api(title: str, modules: tuple[str, ...]) -> str:
    """Name the modules of one page for mkdocstrings; a module that is not there is left out."""
    lines = [f"# {title}{NOTE}"]
    for name in modules:
        full = name if name.startswith("ceasefire") else f"ceasefire.{name}"
        path = ROOT / "src" / Path(*full.split("."))
        if path.with_suffix(".py").is_file() or (path / "__init__.py").is_file():
            lines.append(f"::: {full}\n")
    return "\n".join(lines)


def priors_part() -> str:
    """Tabulate every stated weight."""
    lines = ["| name | value | meaning |", "|---|---|---|"]
    stated = Priors()
    for name, field in Priors.model_fields.items():
        lines.append(f"| `{name}` | {_value(getattr(stated, name))} | {_cell(field.description or '')} |")
    return "\n".join(lines) + "\n"


def _value(value: Any) -> str:
    if value is None or value == "":
        return "none"
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, tuple):
        return "<br>".join(value)
    if isinstance(value, BaseModel):
        value = value.model_dump()
        return "<br>".join(f"{k}: {v}" for k, v in value.items())
    if all(isinstance(v, float) for v in value.values()):
        return "<br>".join(f"{k}: {v:g}" for k, v in value.items())
    return "<br>".join(f"{k}: " + ", ".join(f"{a} {p:g}" for a, p in of.items()) for k, of in value.items())


def reports_part() -> str:
    """Tabulate what one and two reports of one channel make of the base rate, at middling and good reliability."""
    p = Priors()
    prior = p.base_rate / (1 - p.base_rate)
    lines = [
        "| channel | one report, C3 | two reports, C3 | one report, B2 | one report, F6 |",
        "|---|---|---|---|---|",
    ]
    for channel, ratio in p.occurred.items():
        cells = []
        for number, letter, digit in ((1, "C", 3), (2, "C", 3), (1, "B", 2), (1, "F", 6)):
            odds = prior * ratio ** (number * p.reliability[letter] * p.credibility[digit])
            cells.append(f"{min(max(odds / (1 + odds), p.floor), 1 - p.floor):.2f}")
        lines.append(f"| `{channel}` | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def rules_part() -> str:
    """Tabulate the rules that decide an incident, in their order."""
    lines = ["| | rule | verdict | reason | what would change it |", "|---|---|---|---|---|"]
    lines += [
        f"| {k} | `{r.name}` | `{r.verdict}` | {r.reason} | {r.would_change} |" for k, r in enumerate(RULES, start=1)
    ]
    return "\n".join(lines) + "\n"


def thresholds_part() -> str:
    """Tabulate the bounds of verdicts."""
    lines = ["| name | value | meaning |", "|---|---|---|"]
    stated = Thresholds()
    for name, field in Thresholds.model_fields.items():
        lines.append(f"| `{name}` | {getattr(stated, name):g} | {_cell(field.description or '')} |")
    return "\n".join(lines) + "\n"


def release_part() -> str:
    """Tabulate the default release rules."""
    rules = ReleaseRules()
    lines = ["| rule | default |", "|---|---|"]
    for d in rules.delays:
        what = " on ".join(f"`{w}`" for w in (d.act, d.object_class) if w) or "everything else"
        lines.append(f"| delay, {what} | {d.hours} h |")
    lines += [
        f"| coordinates rounded to | {rules.decimals} decimal of a degree |",
        f"| objects named by region only | {_codes(rules.region_only_objects)} |",
        f"| acts named by region only | {_codes(rules.region_only_acts)} |",
        f"| marking of the report (TLP 2.0) | {rules.marking} |",
        f"| pictures wait | {rules.images.delay_days} days |",
        f"| a value of a picture covers at least | {rules.images.finest_m:g} m |",
        "| pictures of protected objects | held back, unless reviewed and named |",
    ]
    return "\n".join(lines) + "\n"


def decisions_part() -> str:
    """List the decision records."""
    lines = []
    for path in sorted((DOCS / "decisions").glob("[0-9]*.md")):
        title = path.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ")
        lines.append(f"- [{title}]({path.name})")
    return "\n".join(lines) + "\n"


PARTS: dict[str, Callable[[], str]] = {
    "priors": priors_part,
    "reports": reports_part,
    "rules": rules_part,
    "thresholds": thresholds_part,
    "release": release_part,
    "decisions": decisions_part,
}
"""Name of a generated part to what writes it."""


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    sys.exit(main())
