"""Serves fakepve with API tokens, refused in the words of PVE/AccessControl.pm: CERTIFICATE KEY PORT."""

import asyncio
import sys

from fakepve.model import PveError
from fakepve.server import FakePve

TOKENS = {
    "taikun@pve!credenza": "0f8c2b61-5a7e-4d39-b1c4-9e6d7a2f3b58",
    "taikun@pve!bare": "1f8c2b61-5a7e-4d39-b1c4-9e6d7a2f3b59",
    "taikun@pve!old": "2f8c2b61-5a7e-4d39-b1c4-9e6d7a2f3b60",
    "off@pve!credenza": "3f8c2b61-5a7e-4d39-b1c4-9e6d7a2f3b61",
}
PREFIX = "PVEAPIToken="


class Pve(FakePve):
    def _authenticate(self, request):
        given = request.headers.get("Authorization", "")
        if not given.startswith(PREFIX):
            raise PveError(401, "No ticket")
        token, _, secret = given[len(PREFIX) :].partition("=")
        user, _, name = token.partition("!")
        if user == "off@pve":
            raise PveError(401, f"user '{user}' is disabled")
        if user != "taikun@pve":
            raise PveError(401, f"no such user ('{user}')")
        if token not in TOKENS:
            raise PveError(401, f"no such token '{name}' for user '{user}'")
        if name == "old":
            raise PveError(401, f"token '{name}' access expired")
        if TOKENS[token] != secret:
            raise PveError(401, "invalid token value!")
        return token


async def serve(certificate, key, port):
    pve = Pve(host="127.0.0.1", port=port)
    pve.grant("taikun@pve!credenza", "/", "Sys.Audit", "VM.Audit", "VM.Allocate", "Datastore.Audit", "SDN.Audit")
    pve.add_vm(100, "web", node="pve1")
    pve.add_vm(9000, "ubuntu-24.04", node="pve1", template=True)
    await pve.start(certificate, key)
    print("listening", flush=True)
    await asyncio.Event().wait()


asyncio.run(serve(sys.argv[1], sys.argv[2], int(sys.argv[3])))
