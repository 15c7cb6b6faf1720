"""A plan's mapping, the pivot, the readiness rules and the example: strict YAML, every fault with its line."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from spatial.errors import ConfigError
from spatial.inputs.documents import Document, Place, read_document
from spatial.plan_terms import AMBIGUOUS, UNKNOWN, Aspect, CodeRule, ExamplePlans, Pivot, PlanMapping, PlanRules, folded
from spatial.storage import bundled
from spatial.terms import Strict
from spatial.texts import has_text, text

Model = TypeVar("Model", bound=Strict)
_FOLDER: Final = "mappings"
_MAX_LISTED: Final = 30
_KEY: Final = "[key]"


def read_pivot(path: Path | None = None) -> Pivot:
    """Return the pivot classification of a file; default the embedded one.

    Raises
    ------
    ConfigError
        With every fault of the file, each with its line.
    """
    document = read_document(path or bundled("config", "pivot.yaml"))
    return _raised(document, *_validated(document, Pivot))


def read_rules(path: Path | None = None) -> PlanRules:
    """Return the rule set of the readiness check; default the embedded one.

    Raises
    ------
    ConfigError
    """
    document = read_document(path or bundled("config", "rules_op.yaml"))
    return _raised(document, *_validated(document, PlanRules))


def read_example(path: Path | None = None) -> ExamplePlans:
    """Return how the illustrative plans are made; default the embedded file.

    Raises
    ------
    ConfigError
    """
    document = read_document(path or bundled("config", "exempelplaner.yaml"))
    return _raised(document, *_validated(document, ExamplePlans))


def read_mapping(path: Path | str, pivot: Pivot | None = None, beside: Path | None = None) -> PlanMapping:
    """Return a mapping with the aspect of each code known.

    Parameters
    ----------
    path : Path or str
        A YAML file, or the name of one: beside the settings, in their folder ``mappings``, or among ours.
    pivot : Pivot, optional
        What its codes are taken to; default the embedded pivot.
    beside : Path, optional
        The folder of the settings.

    Returns
    -------
    PlanMapping

    Raises
    ------
    ConfigError
        With every fault of the file: codes not quoted, codes alike, values that the pivot lacks.
    """
    pivot = pivot or read_pivot()
    document = read_document(_found(path, beside))
    mapping, faults = _validated(document, PlanMapping)
    if mapping is not None:
        faults += _code_faults(document, mapping, pivot)
    whole = _raised(document, mapping, faults)
    codes = {code: _with_aspect(rule, pivot) for code, rule in whole.codes.items()}
    return whole.model_copy(update={"codes": codes})


def _found(path: Path | str, beside: Path | None) -> Path:
    given = Path(path)
    folders = [beside, beside / _FOLDER] if beside is not None else []
    named = given.with_name(given.name + ".yaml") if given.suffix not in {".yaml", ".yml"} else given
    places = [given, *(folder / named for folder in folders), bundled("config", _FOLDER, named.name)]
    return next((place for place in places if place.is_file()), given)


def _with_aspect(rule: CodeRule, pivot: Pivot) -> CodeRule:
    names = rule.options if rule.pivot == AMBIGUOUS else [rule.pivot]
    aspects: set[Aspect] = {value.aspect for value in pivot.entries if value.id in names}
    return rule.model_copy(update={"aspect": aspects.pop() if len(aspects) == 1 else None})


def _code_faults(document: Document, mapping: PlanMapping, pivot: Pivot) -> list[str]:
    known = {value.id for value in pivot.entries}
    faults, seen = list[str](), dict[str, str]()
    for code, rule in mapping.codes.items():
        first = seen.setdefault(folded(code), code)
        found = [text("plans.code_alike", code=code, other=first)] if first != code else []
        found += _rule_faults(rule, known)
        faults += [_line(document, ("codes", code), sentence) for sentence in found]
    return faults


def _rule_faults(rule: CodeRule, known: set[str]) -> list[str]:
    ambiguous = rule.pivot == AMBIGUOUS
    lacking = [name for name in [rule.pivot, *rule.options] if name not in known | {AMBIGUOUS, UNKNOWN}]
    faults = [text("plans.no_such_value", value=name, known=", ".join(sorted(known))) for name in lacking]
    if ambiguous and len(set(rule.options)) < 2:
        faults.append(text("plans.too_few_options"))
    if not ambiguous and rule.options:
        faults.append(text("plans.options_without_ambiguous", value=rule.pivot))
    return faults


def _validated(document: Document, model: type[Model]) -> tuple[Model | None, list[str]]:
    try:
        return model.model_validate(document.values), []
    except ValidationError as error:
        return None, [_fault_line(document, fault) for fault in error.errors()]


def _raised(document: Document, made: Model | None, faults: Iterable[str]) -> Model:
    found = list(dict.fromkeys(faults))
    if made is None or found:
        listed = "\n".join(found[:_MAX_LISTED])
        raise ConfigError("config.faults", file=document.path, count=len(found), faults=listed)
    return made


def _fault_line(document: Document, fault: ErrorDetails) -> str:
    place = tuple(part for part in fault["loc"] if part != _KEY)
    parts = tuple(str(part) if _is_key(document.values, place[:n]) else part for n, part in enumerate(place))
    key = f"config.type.{fault['type']}"
    given = fault.get("input")
    shown = repr(given) if isinstance(given, str | int | float | bool) else type(given).__name__
    if not has_text(key):
        return _line(document, parts, text("config.type.other", given=shown, message=fault["msg"]))
    context = {name: value for name, value in fault.get("ctx", {}).items() if name != "given"}
    return _line(document, parts, text(key, given=shown, **context))


def _is_key(values: Any, place: Place) -> bool:
    """Return whether what lies at a place holds names (not numbered items)."""
    for part in place:
        try:
            values = values[part]
        except (KeyError, IndexError, TypeError):
            return False
    return isinstance(values, Mapping)


def _line(document: Document, place: Place, sentence: str) -> str:
    where = " → ".join(str(part + 1) if isinstance(part, int) else part for part in place) or "–"
    return text("config.fault", file=document.path.name, line=document.line(place), place=where, sentence=sentence)
