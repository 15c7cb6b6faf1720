"""The strategy, the compatibility table and the recommendation templates: strict YAML, every fault with its line."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from spatial.inputs.documents import Document, Place, read_document
from spatial.inputs.validation import line_of, raised, validated
from spatial.plan_terms import Pivot
from spatial.storage import bundled
from spatial.strategy import Compatibility, Strategies, Templates
from spatial.texts import text

Named = Iterable[tuple[Place, str]]
Made = TypeVar("Made")


def read_strategy(path: Path | None = None, pivot: Pivot | None = None) -> Strategies:
    """Return the strategies of a file; default the embedded example.

    Parameters
    ----------
    path : Path, optional
        A YAML file.
    pivot : Pivot, optional
        Names of plan uses are checked against it.

    Returns
    -------
    Strategies

    Raises
    ------
    ConfigError
        With every fault of the file, each with its line.
    """
    document = read_document(path or bundled("config", "strategy.yaml"))
    made, faults = validated(document, Strategies)
    return raised(document, made, faults + _unknown(document, made, pivot, _of_rules))


def read_compatibility(path: Path | None = None, pivot: Pivot | None = None) -> Compatibility:
    """Return the compatibility table of a file; default the embedded one.

    Raises
    ------
    ConfigError
        With every fault, also a pair given two different numbers.
    """
    document = read_document(path or bundled("config", "compatibility.yaml"))
    made, faults = validated(document, Compatibility)
    return raised(document, made, faults + _unknown(document, made, pivot, _of_table))


def read_templates(path: Path | None = None) -> Templates:
    """Return the templates of recommendations; default the embedded ones.

    Raises
    ------
    ConfigError
    """
    document = read_document(path or bundled("config", "recommendations.yaml"))
    return raised(document, *validated(document, Templates))


def _of_rules(made: Strategies) -> Named:
    for i, strategy in enumerate(made.strategies):
        for j, goal in enumerate(strategy.goals):
            for name in goal.rule.features.pivots if goal.rule else []:
                yield ("strategies", i, "goals", j, "rule", "features", "pivots"), name


def _of_table(made: Compatibility) -> Named:
    yield from ((("uses",), name) for name in made.uses)
    for i, family in enumerate(made.families):
        for part in ("pivots", "continues", "broken_by"):
            yield from ((("families", i, part), name) for name in getattr(family, part))
    for i, rule in enumerate(made.inside):
        for part in ("uses", "values"):
            yield from ((("inside", i, part), name) for name in getattr(rule, part))
    if made.growth:
        yield from ((("growth", "pivots"), name) for name in made.growth.pivots)


def _unknown(document: Document, made: Made | None, pivot: Pivot | None, named: Callable[[Made], Named]) -> list[str]:
    if made is None or pivot is None or not pivot.entries:
        return []
    known = {value.id for value in pivot.entries}
    listed = ", ".join(sorted(known))
    return [
        line_of(document, place, text("plans.no_such_value", value=name, known=listed))
        for place, name in named(made)
        if name not in known
    ]
