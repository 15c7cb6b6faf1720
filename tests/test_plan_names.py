"""Names that plans really use are drafted as what they mean, as ambiguous where they say two things, or not at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spatial.analysis.plans import draft_mapping
from spatial.inputs.mapping import read_mapping, read_pivot
from spatial.plan_names import Namer
from tests.analysis.test_plans import plan

PIVOT = read_pivot()
NAMER = Namer(PIVOT)
NAMES = {
    "Mångfunktionell bebyggelse": "mangfunktionell_bebyggelse",
    "Centrumverksamhet": "mangfunktionell_bebyggelse",
    "Stadsbygd": "mangfunktionell_bebyggelse",
    "C - Centrum": "mangfunktionell_bebyggelse",
    "Tätortsområde": "mangfunktionell_bebyggelse",
    "Offentlig service": "mangfunktionell_bebyggelse",
    "Befintlig bostadsbebyggelse": "sammanhangande_bostad",
    "B2 Nya bostäder": "sammanhangande_bostad",
    "Utbyggnadsområde för bostäder": "sammanhangande_bostad",
    "Fritidshusområde": "sammanhangande_bostad",
    "Strandnära bostäder": "sammanhangande_bostad",
    "Industriområden": "verksamheter_industri",
    "Nytt verksamhetsområde": "verksamheter_industri",
    "3. Handel": "verksamheter_industri",
    "Handel och kontor": "verksamheter_industri",
    "Gruvområde": "verksamheter_industri",
    "Väg och järnväg": "transportinfrastruktur",
    "Reservat för ny järnväg": "transportinfrastruktur",
    "Småbåtshamn": "transportinfrastruktur",
    "Flygplats": "transportinfrastruktur",
    "Gång- och cykelstråk": "transportinfrastruktur",
    "Tekniska anläggningar": "teknisk_anlaggning",
    "Område för vindkraft": "teknisk_anlaggning",
    "Avloppsreningsverk": "teknisk_anlaggning",
    "Täktverksamhet": "teknisk_anlaggning",
    "Jord- och skogsbruk": "areell_naring",
    "Värdefull odlingsmark": "areell_naring",
    "Renskötselområde": "areell_naring",
    "Ängs- och hagmark": "areell_naring",
    "Park och grönyta": "gronomrade_park",
    "Tätortsnära natur": "gronomrade_park",
    "Idrottsområde": "gronomrade_park",
    "Kyrkogård": "gronomrade_park",
    "Naturområde": "natur_friluftsliv",
    "Natur och friluftsliv": "natur_friluftsliv",
    "Tätortsnära rekreationsområde": "natur_friluftsliv",
    "Skoterled": "natur_friluftsliv",
    "F - Friluftsområde": "natur_friluftsliv",
    "Landsbygd och byar": "landsbygd",
    "Spridd bebyggelse": "landsbygd",
    "Sjö och vattendrag": "vatten",
    "Havsområde": "vatten",
    "Regional kärna": "regional_karna",
    "Utbyggnadsområde": "utbyggnadsomrade",
    "Grönt stråk": "samband_natur",
    "Ekologiskt spridningssamband": "samband_natur",
    "Serviceort": "ortsnod",
    "Kollektivtrafikstråk": "strak_kommunikation",
    "Riksintresse för rennäring": "ri_rennaring",
    "Riksintresse kulturmiljövård": "ri_kulturmiljo",
    "Natura 2000": "natura2000",
    "Landsbygdsutveckling i strandnära läge": "lis",
    "LIS-område": "lis",
    "Vattenskyddsområde": "andra_varden",
    "Risk för översvämning": "andra_varden",
    "Mångfunktionel bebygelse": "mangfunktionell_bebyggelse",
    "Bolig": "sammanhangande_bostad",
    "Næring": "verksamheter_industri",
    "Bostäder och verksamheter": "tvetydig",
    "Kust och skärgård": "tvetydig",
    "Natur- och kulturmiljö": "tvetydig",
    "LNFR-areal": "tvetydig",
    "Sammanhållen bebyggelse": "tvetydig",
    "Totalförsvaret": "tvetydig",
    "Utredningsområde": "okand",
    "Åtgärdsområde 9": "okand",
    "Övrigt": "okand",
    "Fx": "okand",
    "N1": "okand",
}


@pytest.mark.parametrize(("name", "value"), NAMES.items())
def test_name(name, value):
    guess = NAMER.guess(name)
    assert guess.pivot == value
    assert (len(guess.options) >= 2) == (value == "tvetydig")
    assert set(guess.options) <= {entry.id for entry in PIVOT.entries}


@pytest.mark.parametrize("name", NAMES)
def test_a_name_without_its_marks_is_the_same_name(name):
    bare = name.translate(str.maketrans("åäöÅÄÖæ", "aaoAAOa"))
    assert NAMER.guess(bare) == NAMER.guess(name)


@pytest.mark.parametrize(("name", "value"), [("RI_naturvard", "ri_naturvard"), ("RI rennäring", "ri_rennaring")])
def test_riksintresse_may_be_written_in_short(name, value):
    assert NAMER.guess(name).pivot == value


@pytest.mark.parametrize(
    ("name", "time"),
    [("Nya bostäder", "framtida"), ("Befintlig industri", "nuvarande"), ("Förtätning bostäder", "utveckling"),
     ("Bostäder", None), ("Ny och befintlig väg", None), ("Nyfors by", None)],
)  # fmt: skip
def test_a_name_may_say_when(name, time):
    assert NAMER.guess(name).time == time


@given(st.text(max_size=60))
def test_any_text_gets_an_answer(name):
    guess = NAMER.guess(name)
    assert 0 <= guess.score <= 1
    assert guess.pivot in {"okand", "tvetydig", *(entry.id for entry in PIVOT.entries)}


def test_every_title_and_word_of_the_pivot_is_found_again():
    for value in PIVOT.entries:
        for word in (value.title.sv, *value.words):
            guess = NAMER.guess(word)
            assert value.id in {guess.pivot, *guess.options}, word


@pytest.mark.parametrize("name", ["hilucs", "sosi", "boverket"])
def test_known_classifications_answer_for_themselves(name):
    mapping = read_mapping(name, PIVOT)
    table = draft_mapping(plan(list(mapping.codes)), PIVOT, [mapping]).set_index("code")
    assert table["pivot"].to_dict() == {code: rule.pivot for code, rule in mapping.codes.items()}
    assert table["options"].to_dict() == {code: rule.options for code, rule in mapping.codes.items()}


def test_the_letter_of_a_code_is_no_stream():
    """*Å* is a word for water; *A* is the first class of anybody's list."""
    assert [NAMER.guess(code).pivot for code in ("A", "a", "{a: 1}", "Å")] == ["okand", "okand", "okand", "vatten"]


@pytest.mark.parametrize("value", ["Ny användning", "Ändrad användning", "Oförändrad", "Planerad mark"])
def test_a_time_and_nothing_else_is_no_class(value):
    assert NAMER.only_says_when(value)
    assert not NAMER.only_says_when("Nya bostäder")
