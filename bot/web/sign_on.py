"""Signing on by OpenID Connect: the code flow with PKCE, the claims of the token, and the roles and prisons they give.

Off unless configured (docs/sign-on.md). It talks to the configured issuer only: to no other origin, through no proxy, after no
redirection.
"""

from __future__ import annotations

import ipaddress
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from requests import RequestException

from bot.interview.yamlfile import ContentError, Node, read_yaml
from bot.settings import SignOnSettings
from bot.store.roles import roles

WAIT_SECONDS = 5
# The clocks of two machines.
LEEWAY_SECONDS = 60
KEPT_SECONDS = 3600.0
# Only ones that the issuer alone can sign with.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
MAP_KEYS = ("role_claim", "roles", "prison_claim", "prisons", "username_claim", "name_claim", "scopes")


class SignOnDown(Exception):
    """The issuer does not answer, or not as it should."""


class SignOnRefused(Exception):
    """Who signed on is not let in. ``why`` is a word for the audit and never holds what the issuer said."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked of the issuer, kept by the browser until it is back."""

    state: str
    nonce: str
    verifier: str
    next: str


@dataclass(frozen=True, slots=True)
class SignedOn:
    """Who signed on. ``subject`` names them for good; ``prisons``: none named is all."""

    subject: str
    username: str
    display_name: str
    roles: tuple[str, ...]
    prisons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Claims:
    """Which claim gives what (the YAML file of BCST2_SIGN_ON_MAP)."""

    role_claim: str
    roles: Mapping[str, tuple[str, ...]]
    prison_claim: str
    prisons: Mapping[str, str]
    username_claim: str
    name_claim: str
    scopes: str


def read_mapping(settings: SignOnSettings) -> Claims:
    """The mapping of claims.

    Raises:
        ContentError: the file cannot be read, a key is unknown, or a role is none.
    """
    found = read_yaml(settings.mapping)
    for key in found:
        if key not in MAP_KEYS:
            raise ContentError(f"{settings.mapping}:{found.line_of(key)}: {key}: there is no such key; use {', '.join(MAP_KEYS)}")
    given = found.get("roles")
    if not isinstance(given, Node) or not given or not isinstance(found.get("role_claim"), str):
        raise ContentError(f"{settings.mapping}: role_claim, roles: are missing; say which claim gives which role")
    held = {value: tuple(each) if isinstance(each, list) else (str(each),) for value, each in given.items()}
    for value, wanted in held.items():
        if set(wanted) - set(roles()):
            raise ContentError(f"{settings.mapping}:{given.line_of(value)}: there is no such role; use {', '.join(roles())}")
    prisons, scopes = found.get("prisons") or {}, found.get("scopes") or ["openid", "profile"]
    if bool(prisons) != bool(found.get("prison_claim")):
        raise ContentError(f"{settings.mapping}: prison_claim, prisons: give both, or neither (then everybody sees every prison)")
    return Claims(
        role_claim=found["role_claim"],
        roles=held,
        prison_claim=str(found.get("prison_claim") or ""),
        prisons={value: str(name) for value, name in prisons.items()},
        username_claim=str(found.get("username_claim") or "preferred_username"),
        name_claim=str(found.get("name_claim") or "name"),
        scopes=" ".join(dict.fromkeys(["openid", *map(str, scopes)])),
    )


def _origin(address: str) -> tuple[str, str, int | None]:
    parts = urlsplit(address)
    return parts.scheme, parts.hostname or "", parts.port


def _on_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class SignOn:
    """The way to the issuer, for any number of threads."""

    def __init__(self, settings: SignOnSettings, clock: Callable[[], float] = time.monotonic) -> None:
        """Raises ContentError where the secret or the mapping cannot be read, or the issuer is not https."""
        scheme, host, _ = _origin(settings.issuer)
        if scheme != "https" and not (scheme == "http" and _on_this_machine(host)):
            raise ContentError("BCST2_SIGN_ON_ISSUER: is not an https address; give that of the issuer")
        try:
            self._secret = settings.secret_file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            raise ContentError(f"BCST2_SIGN_ON_SECRET_FILE: {settings.secret_file} cannot be read; let this user read it") from None
        self.settings = settings
        self.mapping = read_mapping(settings)
        self._clock = clock
        self._lock = threading.Lock()
        self._until = float("-inf")
        self._metadata: dict[str, Any] = {}

    def start(self, back: str, wanted: str, anew: bool = False) -> tuple[str, Asked]:
        """The address to send the browser to, and what it must bring back. ``back`` is our own page that the issuer leads back to.

        ``anew``: the issuer asks who it is, though the browser may be signed in there still.

        Raises:
            SignOnDown: the issuer does not answer.
        """
        asked = Asked(secrets.token_urlsafe(24), secrets.token_urlsafe(24), secrets.token_urlsafe(48), wanted)
        with self._session(back) as session:
            address, _ = session.create_authorization_url(
                self._found("authorization_endpoint"), state=asked.state, nonce=asked.nonce, code_verifier=asked.verifier,
                **({"prompt": "login"} if anew else {}),
            )  # fmt: skip
        return address, asked

    def finish(self, back: str, asked: Asked, state: str, code: str) -> SignedOn:
        """Who came back with a code.

        Raises:
            SignOnRefused: the state, the code or the token is not right, or no role or prison goes with it.
            SignOnDown: the issuer does not answer.
        """
        if not secrets.compare_digest(state.encode(), asked.state.encode()):
            raise SignOnRefused("state")
        try:
            with self._session(back) as session:
                token = session.fetch_token(
                    self._found("token_endpoint"), grant_type="authorization_code", code=code, code_verifier=asked.verifier,
                    timeout=WAIT_SECONDS, allow_redirects=False,
                )  # fmt: skip
                keys = KeySet.import_key_set(self._get(session, self._found("jwks_uri")))
        except OAuthError:
            raise SignOnRefused("code") from None
        except (RequestException, ValueError, KeyError, TypeError, JoseError) as error:
            raise SignOnDown(type(error).__name__) from None
        return self._let_in(self._claims(token, keys, asked.nonce))

    def _claims(self, token: Mapping[str, Any], keys: KeySet, nonce: str) -> Mapping[str, Any]:
        """The claims of an ID token that is the issuer's, for us, for this browser, and not over."""
        try:
            read = jwt.decode(str(token["id_token"]), keys, algorithms=ALGORITHMS)
            options: Any = {
                "iss": {"essential": True, "value": self.settings.issuer},
                "aud": {"essential": True, "value": self.settings.client_id},
                "sub": {"essential": True},
            }
            more = {"nonce": nonce, "client_id": self.settings.client_id, "access_token": token.get("access_token")}
            claims = CodeIDToken(read.claims, read.header, options, more)
            claims.validate(leeway=LEEWAY_SECONDS)
        except JoseError as error:
            claim = getattr(error, "claim", None)
            raise SignOnRefused(f"token: {claim}" if claim in ("iss", "aud", "exp", "nonce", "azp") else "token") from None
        except (KeyError, ValueError, TypeError):
            raise SignOnRefused("token") from None
        found: dict[str, Any] = dict(claims)
        return found

    def _let_in(self, claims: Mapping[str, Any]) -> SignedOn:
        found = self.mapping
        held = tuple(dict.fromkeys(role for value in _values(claims.get(found.role_claim)) for role in found.roles.get(value, ())))
        if not held:
            raise SignOnRefused("no role")
        prisons: tuple[str, ...] = ()
        if found.prison_claim:
            prisons = tuple(found.prisons[value] for value in _values(claims.get(found.prison_claim)) if value in found.prisons)
            if not prisons:
                raise SignOnRefused("no prison")
        subject = str(claims["sub"])
        username = str(claims.get(found.username_claim) or "user")
        shown = " ".join(str(claims.get(found.name_claim) or username).split())[:200]
        shown = "".join(letter for letter in shown if letter.isprintable()) or username
        return SignedOn(f"{self.settings.issuer} {subject}", username, shown, held, prisons)

    def _session(self, back: str) -> OAuth2Session:
        session = OAuth2Session(
            self.settings.client_id, self._secret, scope=self.mapping.scopes, redirect_uri=back, code_challenge_method="S256"
        )
        # No proxy and no netrc of the environment.
        session.trust_env = False
        return session

    def _get(self, session: OAuth2Session, address: str) -> Any:
        answer = session.request("GET", address, withhold_token=True, timeout=WAIT_SECONDS, allow_redirects=False)
        if answer.status_code != 200:
            raise ValueError(answer.status_code)
        return answer.json()

    def _found(self, name: str) -> str:
        """An address of the issuer's own description, which is read once an hour. It must be of the issuer's own origin."""
        with self._lock:
            if self._clock() >= self._until:
                try:
                    with self._session("") as session:
                        found = self._get(session, f"{self.settings.issuer}/.well-known/openid-configuration")
                except (RequestException, ValueError) as error:
                    raise SignOnDown(type(error).__name__) from None
                if not isinstance(found, dict) or found.get("issuer") != self.settings.issuer:
                    raise SignOnDown("another issuer")
                self._metadata, self._until = found, self._clock() + KEPT_SECONDS
            address = self._metadata.get(name)
        if not isinstance(address, str) or _origin(address) != _origin(self.settings.issuer):
            raise SignOnDown(f"{name} is elsewhere")
        return address


def _values(claim: object) -> list[str]:
    """A claim that is one word or a list of them."""
    return [str(each) for each in claim] if isinstance(claim, list) else [claim] if isinstance(claim, str) else []
