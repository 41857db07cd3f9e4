"""Authlib's authorization server on Flask, with clients from the environment."""

import hmac
import json
import os

from authlib.common.security import generate_token
from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import ClientMixin, grants
from authlib.oauth2.rfc6750 import BearerTokenGenerator
from flask import Flask
from waitress import serve


class Client(ClientMixin):
    def __init__(self, id, secret, lifetime):
        self.client_id = id
        self.secret = secret
        self.lifetime = lifetime

    def get_client_id(self):
        return self.client_id

    def check_client_secret(self, client_secret):
        return hmac.compare_digest(self.secret.encode(), client_secret.encode())

    def check_endpoint_auth_method(self, method, endpoint):
        return method == "client_secret_post"

    def check_grant_type(self, grant_type):
        return grant_type == "client_credentials"

    def get_allowed_scope(self, scope):
        return ""


class ClientCredentialsGrant(grants.ClientCredentialsGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_post"]


def lifetime(client, grant_type):
    return client.lifetime


clients = {given["id"]: Client(**given) for given in json.loads(os.environ["CLIENTS"])}
app = Flask(__name__)
server = AuthorizationServer(
    app, query_client=clients.get, save_token=lambda token, request: None
)
server.register_token_generator(
    "client_credentials",
    BearerTokenGenerator(lambda **_: generate_token(42), expires_generator=lifetime),
)
server.register_grant(ClientCredentialsGrant)


@app.get("/")
def up():
    return "up"


@app.post("/oauth/token")
def token():
    return server.create_token_response()


serve(app, host="127.0.0.1", port=int(os.environ["PORT"]), threads=16)
