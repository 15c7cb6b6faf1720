from typing import get_args

import pytest

from spatial.errors import ConfigError
from spatial.inputs.mapping import read_pivot
from spatial.inputs.strategies import read_compatibility, read_strategy, read_templates
from spatial.storage import bundled
from spatial.strategy import RuleKind


def test_the_published_goals_are_shipped_and_the_expired_kept_as_history():
    made = read_strategy(pivot=read_pivot())
    force, history = made.strategies
    published = [g.title.sv for g in force.goals if g.basis == "publicerad"]
    assert published == [
        "En levande plats", "En cirkulär plats",
        "Sammanhållen region", "Jämlik och jämställd inkludering", "Föregångare i omställning",
    ]  # fmt: skip
    assert (history.status, len(history.goals)) == ("utgången", 6)
    assert all(goal.rule is None for goal in history.goals)
    assert list(made.in_force()) == force.goals
    assert all(goal.rule.example for goal in force.goals if goal.rule)
    assert all(goal.page is None and goal.quote == "" for goal in force.goals)
    assert {goal.rule.kind for goal in force.goals if goal.rule} == set(get_args(RuleKind))


def test_the_compatibility_table_is_symmetric():
    table = read_compatibility(pivot=read_pivot())
    assert all(table.of(a, b) == table.of(b, a) for a in table.uses for b in table.uses)
    assert all(table.of(a, a) == 0 for a in table.uses)


def changed(tmp_path, name, *pairs):
    source = bundled("config", name).read_text(encoding="utf-8")
    for old, new in pairs:
        assert old in source
        source = source.replace(old, new, 1)
    path = tmp_path / name
    path.write_text(source, encoding="utf-8")
    return path


def test_every_fault_at_once_with_its_line(tmp_path):
    path = changed(
        tmp_path,
        "strategy.yaml",
        ("kind: within_minutes", "kind: inom_minuter"),
        ("parameter: {value: 5000, unit: m, source: exempel", "parameter: {value: 5000, unit: km, source: exempel"),
        ("themes: [landsbygdsutveckling]", "themes: [landsbygd]"),
    )
    with pytest.raises(ConfigError) as raised:
        read_strategy(path, read_pivot())
    message = raised.value.message()
    assert message.count("•") == 3
    assert message.count("rad ") == 3


def test_a_pair_with_two_numbers_is_refused(tmp_path):
    path = changed(
        tmp_path,
        "compatibility.yaml",
        ("\n  vatten: {", "\n  verksamheter_industri: {sammanhangande_bostad: 1}\n  vatten: {"),
    )
    with pytest.raises(ConfigError, match=r"sammanhangande_bostad–verksamheter_industri: 3 ≠ 1"):
        read_compatibility(path)


def test_a_use_that_the_pivot_lacks_is_named_with_its_line(tmp_path):
    path = changed(tmp_path, "compatibility.yaml", ("pivots: [samband_natur]", "pivots: [grönstråk]"))
    with pytest.raises(ConfigError, match=r"grönstråk") as raised:
        read_compatibility(path, read_pivot())
    assert "rad " in raised.value.message()


def test_a_template_with_an_unknown_place_is_refused(tmp_path):
    path = changed(tmp_path, "recommendations.yaml", ("går emot {mal}", "går emot {goal}"))
    with pytest.raises(ConfigError, match="goal"):
        read_templates(path)
