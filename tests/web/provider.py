"""A small real OpenID Connect provider on loopback: discovery, authorize, token with PKCE, keys, tokens signed with RS256."""

from __future__ import annotations

import base64
import hashlib
import secrets
import threading
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from authlib.oauth2.rfc6749.util import extract_basic_authorization
from flask import Flask, Response, jsonify, redirect, request
from joserfc import jwt
from joserfc.jwk import RSAKey
from waitress.server import create_server
from werkzeug.wrappers import Response as AnyResponse

CLIENT, SECRET = "bcst2", "a client secret of this test"


def made_key() -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": secrets.token_hex(4), "use": "sig"}, private=True)


@dataclass
class Provider:
    """The provider. What ``claims`` says stands in every token; ``spoil`` changes the claims at the last moment."""

    key: RSAKey
    issuer: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    spoil: dict[str, Any] = field(default_factory=dict)
    signed_with: RSAKey | None = None
    token_error: int = 0
    metadata: dict[str, Any] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    server: Any = None

    def app(self) -> Flask:
        app = Flask("provider")

        @app.before_request
        def note() -> None:
            self.asked.append(request.path)

        @app.get("/realm/.well-known/openid-configuration")
        def description() -> Response:
            found = {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
                "id_token_signing_alg_values_supported": ["RS256"],
            }
            return jsonify(found | self.metadata)

        @app.get("/realm/authorize")
        def authorize() -> AnyResponse:
            assert request.args["response_type"] == "code"
            assert request.args["code_challenge_method"] == "S256"
            assert request.args["client_id"] == CLIENT
            code = secrets.token_urlsafe(16)
            self.codes[code] = dict(request.args)
            return redirect(f"{request.args['redirect_uri']}?{urlencode({'code': code, 'state': request.args['state']})}")

        @app.post("/realm/token")
        def token() -> tuple[Response, int] | Response:
            if self.token_error:
                return jsonify({"error": "invalid_grant"}), self.token_error
            known = self.codes.pop(request.form.get("code", ""), None)
            right = extract_basic_authorization(dict(request.headers)) == (CLIENT, SECRET)
            verifier = request.form.get("code_verifier", "")
            challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
            if known is None or not right or known["code_challenge"] != challenge:
                return jsonify({"error": "invalid_grant"}), 400
            if known["redirect_uri"] != request.form.get("redirect_uri"):
                return jsonify({"error": "invalid_grant"}), 400
            now = int(time.time())
            claims = {
                "iss": self.issuer,
                "aud": CLIENT,
                "sub": "248289761001",
                "iat": now,
                "exp": now + 300,
                "nonce": known["nonce"],
            }
            claims |= self.claims | self.spoil
            key = self.signed_with or self.key
            header = {"alg": "RS256", "kid": self.key.kid}
            signed = jwt.encode(header, {name: value for name, value in claims.items() if value is not None}, key)
            return jsonify({"access_token": secrets.token_urlsafe(16), "token_type": "Bearer", "id_token": signed})

        @app.get("/realm/keys")
        def keys() -> Response:
            return jsonify({"keys": [self.key.as_dict(private=False)]})

        return app

    def start(self) -> None:
        self.server = create_server(self.app(), host="127.0.0.1", port=0, threads=4)
        self.issuer = f"http://127.0.0.1:{self.server.effective_port}/realm"
        threading.Thread(target=self.server.run, daemon=True).start()

    def stop(self) -> None:
        if self.server is not None:
            self.server.close()
            self.server.task_dispatcher.shutdown(timeout=2)
            self.server = None
