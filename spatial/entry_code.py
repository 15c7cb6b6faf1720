"""The group's codes: kept as salted hashes beside the image, compared in constant time, carried as a signed pass."""

import hashlib
import hmac
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from spatial.entry_terms import ROLES, EntryLimits, Role
from spatial.errors import EntryError
from spatial.storage import new_file, write_json

FILE: Final = "tilltrade.json"
"""The file's name in the folder of a region's image; a build never touches it."""
COOKIE: Final = "strukturbild_pass"
"""The cookie that remembers that a code was given."""
_SCRYPT: Final = {"n": 2**14, "r": 8, "p": 1}
_SALT_BYTES: Final = 16
_KEY_BYTES: Final = 32
_PRIVATE: Final = 0o600


@dataclass(frozen=True)
class Codes:
    """The hashes of the codes by role, and the key that signs passes."""

    hashes: Mapping[Role, str]
    key: bytes

    def role_of(self, code: str) -> Role | None:
        """Return what a code opens; every code is tried whatever the others said, so that time tells nothing."""
        right = {role: _same(code, kept) for role, kept in self.hashes.items()}
        return next((role for role in reversed(ROLES) if right.get(role)), None)

    def signed_pass(self, role: Role, until: int) -> str:
        """Return a pass for a role that holds until a time (seconds since 1970)."""
        told = f"{role}.{until}"
        return f"{told}.{_written(self._seal(told))}"

    def pass_role(self, given: str | None, now: float) -> Role | None:
        """Return the role of a pass that is ours and still holds."""
        told, _, seal = (given or "").rpartition(".")
        if not told or not hmac.compare_digest(_written(self._seal(told)).encode(), seal.encode()):
            return None
        role, _, until = told.partition(".")
        return next((known for known in ROLES if known == role and known in self.hashes and now < int(until)), None)

    def _seal(self, told: str) -> bytes:
        return hmac.digest(self.key, told.encode(), "sha256")


def read_codes(folder: Path) -> Codes | None:
    """Return the codes beside an image; None where none is set.

    Raises
    ------
    EntryError
        If the file is there but cannot be read: an app whose lock is broken stays shut.
    """
    path = folder / FILE
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        hashes = {role: str(kept["codes"][role]) for role in ROLES if role in kept["codes"]}
        codes = Codes(hashes, urlsafe_b64decode(kept["key"]))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise EntryError("entry.broken", file=path) from error
    if len(codes.key) < _KEY_BYTES:
        raise EntryError("entry.broken", file=path)
    return codes if codes.hashes else None


def set_code(folder: Path, role: Role, code: str, limits: EntryLimits | None = None) -> None:
    """Keep a code's hash for a role; every pass that was given before ends.

    Raises
    ------
    EntryError
        If the code is too short, or is the other role's.
    OutputError
        If the folder cannot be written.
    """
    least = int((limits or EntryLimits()).code_length.value)
    if len(code.strip()) < least:
        raise EntryError("entry.short", least=least)
    there = read_codes(folder)
    hashes: dict[Role, str] = dict(there.hashes) if there else {}
    if any(_same(code, kept) for other, kept in hashes.items() if other != role):
        raise EntryError("entry.same")
    _write(folder, {**hashes, role: hashed(code)})


def remove_codes(folder: Path) -> None:
    """Take the codes away: the app is then for this computer only."""
    (folder / FILE).unlink(missing_ok=True)


def hashed(code: str, salt: bytes | None = None) -> str:
    """Return a code's salted hash (scrypt, RFC 7914), its salt before it."""
    salt = secrets.token_bytes(_SALT_BYTES) if salt is None else salt
    made = hashlib.scrypt(code.strip().encode("utf-8", "surrogatepass"), salt=salt, **_SCRYPT)
    return f"{_written(salt)}.{_written(made)}"


def _same(code: str, kept: str) -> bool:
    salt, _, _ = kept.partition(".")
    return hmac.compare_digest(hashed(code, urlsafe_b64decode(salt)).encode(), kept.encode())


def _written(content: bytes) -> str:
    return urlsafe_b64encode(content).decode("ascii")


def _write(folder: Path, hashes: Mapping[Role, str]) -> None:
    kept = {str(role): made for role, made in hashes.items()}
    with new_file(folder / FILE) as fresh:
        fresh.touch(_PRIVATE)
        write_json(fresh, {"codes": kept, "key": _written(secrets.token_bytes(_KEY_BYTES))})
        fresh.chmod(_PRIVATE)
