"""A small OpenID provider on loopback: whoever is asked for logs in without a password, as the claims say."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT = "strukturbild"
_VALID_S = 300


class Provider:
    """The provider; ``person`` holds the claims of whoever comes next, ``asked`` the paths that were asked for."""

    def __init__(self):
        self.key = RSAKey.generate_key(2048, {"kid": "1"})
        self.person, self.nonces, self.asked = {}, {}, []
        provider = self

        class Answers(BaseHTTPRequestHandler):
            def do_GET(self):
                provider.answer(self, urlsplit(self.path), "")

            def do_POST(self):
                sent = self.rfile.read(int(self.headers["content-length"])).decode()
                provider.answer(self, urlsplit(self.path), sent)

            def log_message(self, *_args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def answer(self, request, url, sent):
        self.asked.append(url.path)
        if url.path == "/authorize":
            self.let_in(request, {name: values[0] for name, values in parse_qs(url.query).items()})
            return
        answers = {"/.well-known/openid-configuration": self.about, "/jwks": self.keys, "/token": self.token}
        body = json.dumps(answers[url.path](parse_qs(sent))).encode()
        request.send_response(200)
        request.send_header("content-type", "application/json")
        request.send_header("content-length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    def let_in(self, request, asked):
        code = f"kod-{len(self.nonces)}"
        self.nonces[code] = (asked.get("nonce"), dict(self.person))
        request.send_response(302)
        request.send_header("location", f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}")
        request.end_headers()

    def about(self, _sent):
        return {
            "issuer": self.address, "authorization_endpoint": f"{self.address}/authorize",
            "token_endpoint": f"{self.address}/token", "jwks_uri": f"{self.address}/jwks",
            "response_types_supported": ["code"], "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        }  # fmt: skip

    def keys(self, _sent):
        return {"keys": [self.key.as_dict(private=False)]}

    def token(self, sent):
        nonce, person = self.nonces.pop(sent["code"][0])
        now = int(time.time())
        claims = {
            "iss": self.address,
            "aud": CLIENT,
            "sub": person["email"],
            "iat": now,
            "exp": now + _VALID_S,
            **person,
        }
        signed = jwt.encode({"alg": "RS256", "kid": "1"}, {**claims, "nonce": nonce}, self.key)
        return {"access_token": "a", "token_type": "Bearer", "expires_in": _VALID_S, "id_token": signed}
