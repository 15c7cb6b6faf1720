"""What every settings type is made of: the strict model, names in several languages, numbers with their source."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Identifier = Annotated[str, Field(pattern=r"^[a-zåäö][a-z0-9åäö_-]*$")]
Basis = Literal["verifierad", "minne", "antagande"]
"""How we know: read in a source, from memory (check before relying on it), or assumed."""


class Strict(BaseModel):
    """A frozen model that refuses what it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Title(Strict):
    """A name in the languages of the users; Swedish always."""

    sv: str
    en: str | None = None
    no: str | None = None

    def get(self, lang: str = "sv") -> str:
        """Return the name in ``lang``, in Swedish where that is missing."""
        return getattr(self, lang, None) or self.sv


class Parameter(Strict):
    """A number of the method, with unit, source and why."""

    value: float
    unit: str
    source: str
    why: str = ""
