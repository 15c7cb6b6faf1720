import re

import pytest

from spatial.views.finding_words import told_checks, told_recommendations
from spatial.views.webmap_facts import Facts

SWEDISH = re.compile(r"\b(och|planen|kommunen|gränsen|saknar|längs|användning|Låt|ligger)\b")


def test_told_anew_in_swedish_nothing_is_changed(embedded):
    image = embedded.image
    for name, told in (("rekommendationer", told_recommendations), ("plan_granskning", told_checks)):
        table, again = image.indicators[name], told(image, "sv")
        assert len(table) >= 5
        for column in {"title", "text", "status", "sentence", "fix"} & set(table.columns):
            assert again[column].tolist() == table[column].tolist(), (name, column)


def test_the_same_findings_are_told_in_english(embedded):
    image = embedded.image
    advice, table = told_recommendations(image, "en"), image.indicators["rekommendationer"]
    border = set(advice.loc[advice["template"] == "grans_konflikt", "text"])
    meets = "Vännäs and Umeå: Contiguous housing meets Business and industry along 3,040 m of the border. "
    assert any(told.startswith(meets) for told in border)
    checks = told_checks(image, "en")
    assert "54.0 ha has no use." in set(checks["sentence"])
    named = [layer.frame["name"] for layer in image.layers.values() if "pivot" in layer.frame and "name" in layer.frame]
    goals = {goal.title.get("en") for goal in image.settings.strategy.in_force()}
    names = goals | (set(checks["detail"]) - {""}) | {str(name) for layer in named for name in layer.dropna()}
    # goals, codes and features are called what their strategy and their plans call them
    for sentence in [*advice["text"], *advice["title"], *checks["sentence"], *checks["fix"]]:
        own = sentence
        for name in sorted(names, key=len, reverse=True):
            own = own.replace(name, "")
        assert not SWEDISH.search(own), sentence
    assert table["text"].str.contains("kommun|plan", case=False).any()  # the image keeps its own words


@pytest.mark.parametrize(("layer", "word"), [("rekommendationer", "border"), ("plan_granskning", "has no use")])
def test_the_map_tells_findings_in_the_readers_language(embedded, layer, word):
    image = embedded.image
    facts = [value for row in Facts(image, "en").of(image.layers[layer]) for _, value in row]
    assert any(word in value for value in facts)


def test_a_finding_that_is_gone_keeps_its_words(embedded):
    image = embedded.image
    without = {name: table for name, table in image.indicators.items() if name != "granser"}
    fewer = type(image)(**{**image.__dict__, "indicators": without})
    told, table = told_recommendations(fewer, "en"), image.indicators["rekommendationer"]
    at_borders = table["template"].str.startswith("grans_")
    assert told["text"][at_borders].tolist() == table["text"][at_borders].tolist()
    assert (told["text"][~at_borders] != table["text"][~at_borders]).all()
