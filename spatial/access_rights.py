"""Who may read and who may write: decided from what is known of a visit. Pure; ``pages/entry.py`` asks and shows."""

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from spatial.entry_terms import Role

ANYONE: Final = "*"
"""In a list of who may read or write: everybody who has logged in."""
_LOCAL_NAMES: Final = frozenset({"localhost"})
_FORWARDED: Final = ("X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip", "Forwarded")


@dataclass(frozen=True)
class Visit:
    """What is known of a visit before it is let in.

    ``listens_locally``: the server can be reached from this computer only. ``comes_locally``: the address that was
    asked for is this computer's, and no proxy handed the request on. ``coded``: a code is set. ``by_login``: login is
    configured. ``given``: the role of the code that was given. ``logged_in``: the role of the one who has logged in,
    None for nobody; ``login_seen`` tells the two apart.
    """

    listens_locally: bool
    comes_locally: bool
    coded: bool = False
    by_login: bool = False
    given: Role | None = None
    login_seen: bool = False
    logged_in: Role | None = None


@dataclass(frozen=True)
class Refusal:
    """Why a visit is not let in: a key of the catalogue, or that it should log in first."""

    key: str
    login: bool = False


def decide(visit: Visit) -> Role | Refusal:
    """Return what a visit may do, or why it is not let in.

    Examples
    --------
    >>> decide(Visit(listens_locally=True, comes_locally=True))
    'write'
    >>> decide(Visit(listens_locally=False, comes_locally=False)).key
    'entry.unlocked'
    """
    if visit.by_login:
        if not visit.login_seen:
            return Refusal("entry.login", login=True)
        return visit.logged_in or Refusal("entry.not_invited")
    if visit.coded:
        return visit.given or Refusal("entry.no_door")
    if not visit.listens_locally:
        return Refusal("entry.unlocked")
    return "write" if visit.comes_locally else Refusal("entry.from_elsewhere")


def is_loopback(address: str | None) -> bool:
    """Return whether a host (with or without port) is this computer; none at all listens everywhere.

    Examples
    --------
    >>> [is_loopback(host) for host in ("127.0.0.1:8501", "localhost", "[::1]:80", "0.0.0.0", "umea.se", None)]
    [True, True, True, False, False, False]
    """
    if not address:
        return False
    host = address.strip()
    host = host[1:].partition("]")[0] if host.startswith("[") else host
    host = host.partition(":")[0] if host.count(":") == 1 else host
    if host.rstrip(".").lower() in _LOCAL_NAMES:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def comes_locally(headers: Mapping[str, str]) -> bool:
    """Return whether a request was made to this computer by this computer, as far as its headers tell."""
    known = {name.lower(): value for name, value in headers.items()}
    if any(name.lower() in known for name in _FORWARDED):
        return False
    return is_loopback(known.get("host"))


def role_of(user: Mapping[str, Any], invited: Mapping[str, Any]) -> Role | None:
    """Return what a logged-in user may do.

    Parameters
    ----------
    user : mapping
        The provider's claims: ``email``, and ``email_verified`` where it tells.
    invited : mapping
        ``write`` and ``read``: lists of e-mail addresses, domains (``umea.se``) or ``*``.

    Returns
    -------
    {"read", "write"} or None
        None for one who is not invited.

    Examples
    --------
    >>> role_of({"email": "Anna@Umea.se"}, {"write": ["umea.se"]})
    'write'
    >>> role_of({"email": "anna@ond.umea.se.example"}, {"write": ["umea.se"]}) is None
    True
    """
    email = user.get("email")
    if not isinstance(email, str) or "@" not in email or user.get("email_verified", True) not in (True, "true"):
        return None
    if _named(email, invited.get("write")):
        return "write"
    return "read" if _named(email, invited.get("read")) else None


def _named(email: str, names: object) -> bool:
    listed = [names] if isinstance(names, str) else names
    if not isinstance(listed, Iterable):
        return False
    whole = email.strip().lower()
    known = {str(name).strip().lower().removeprefix("@") for name in listed}
    return ANYONE in known or whole in known or whole.rpartition("@")[2] in known
