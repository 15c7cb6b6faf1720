"""A plan's mapping, the pivot, the readiness rules and the example: strict YAML, every fault with its line."""

from pathlib import Path
from typing import Final

from spatial.inputs.documents import Document, read_document
from spatial.inputs.validation import line_of, raised, validated
from spatial.plan_terms import AMBIGUOUS, UNKNOWN, Aspect, CodeRule, ExamplePlans, Pivot, PlanMapping, PlanRules, folded
from spatial.storage import bundled
from spatial.texts import text

_FOLDER: Final = "mappings"


def read_pivot(path: Path | None = None) -> Pivot:
    """Return the pivot classification of a file; default the embedded one.

    Raises
    ------
    ConfigError
        With every fault of the file, each with its line.
    """
    document = read_document(path or bundled("config", "pivot.yaml"))
    return raised(document, *validated(document, Pivot))


def read_rules(path: Path | None = None) -> PlanRules:
    """Return the rule set of the readiness check; default the embedded one.

    Raises
    ------
    ConfigError
    """
    document = read_document(path or bundled("config", "rules_op.yaml"))
    return raised(document, *validated(document, PlanRules))


def read_example(path: Path | None = None) -> ExamplePlans:
    """Return how the illustrative plans are made; default the embedded file.

    Raises
    ------
    ConfigError
    """
    document = read_document(path or bundled("config", "exempelplaner.yaml"))
    return raised(document, *validated(document, ExamplePlans))


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
    mapping, faults = validated(document, PlanMapping)
    if mapping is not None:
        faults += _code_faults(document, mapping, pivot)
    whole = raised(document, mapping, faults)
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
        faults += [line_of(document, ("codes", code), sentence) for sentence in found]
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
