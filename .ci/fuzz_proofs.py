"""Hooks for Schemathesis: proofs that hold, in requests that are otherwise as documented.

Nobody can make up a signature, so made-up requests would all end at their proof. Each such request gets the answer to a
real challenge, by one of a few keypairs: so backups come into being, change and go, and what answers then is fuzzed too.
"""

import base64
import hashlib
import json
import random

import requests
import schemathesis
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

MANIFEST_HASH = "0ef9c57671b8677bf9396476f193856b603ba39dbaa761db76ed3eaaf7ad90ac"

# Where an authorization and its challenge token stand, and which scope's keypair answers.
PROOFS = [
    ("authorization", "challengeToken", "main"),
    ("initialSyncFactor", "initialSyncChallengeToken", "sync"),
    ("syncFactor", "challengeToken", "sync"),
    ("existingFactorAuthorization", "existingFactorChallengeToken", "main"),
    ("newFactorAuthorization", "newFactorChallengeToken", "main"),
]
BY_SYNC_FACTOR = {"/sync", "/retrieve-metadata", "/delete-factor", "/delete-backup"}
CHALLENGED_AS = {"/retrieve/from-challenge": "/retrieve"}
# How often a made-up request stays without proofs. What takes backups away would else leave too few.
UNPROVED = {"/delete-factor": 0.8, "/delete-backup": 0.9, "/reset": 0.9}


def keypair(curve, name):
    """The same ones in every run."""
    return ec.derive_private_key(int.from_bytes(hashlib.sha256(name.encode()).digest()), curve)


KEYPAIRS = {scope: [keypair(ec.SECP256R1(), f"{scope} {n}") for n in range(3)] for scope in ("main", "sync")}
ACCOUNTS = [keypair(ec.SECP256K1(), f"account {n}") for n in range(3)]
IDS = {
    "backup_account_" + key.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint).hex(): key
    for key in ACCOUNTS
}

challenges = {}  # not yet answered, by token
factors = []  # ids met in answers
sync_factor_tokens = []


def public_key(key):
    return base64.b64encode(key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)).decode()


def sign(key, challenge):
    return base64.b64encode(key.sign(base64.b64decode(challenge), ec.ECDSA(SHA256()))).decode()


def fresh_challenge(case, path, parameters):
    """@returns the challenge and its token"""
    answer = requests.post(case.operation.base_url + path, json=parameters, timeout=30)
    answer.raise_for_status()
    return answer.json()


@schemathesis.hook
def after_call(context, case, response):
    try:
        body = json.loads(response.content)
    except ValueError:
        return
    remember(body)


def remember(body):
    if not isinstance(body, dict):
        return
    for name, token in (("challenge", "token"), ("existingFactorChallenge", "existingFactorToken"), ("newFactorChallenge", "newFactorToken")):
        if isinstance(body.get(name), str) and token in body:
            challenges[body[token]] = body[name]
    if "syncFactorToken" in body:
        sync_factor_tokens.append(body["syncFactorToken"])
    for metadata in (body, body.get("metadata"), body.get("backupMetadata")):
        if isinstance(metadata, dict) and "syncFactors" in metadata:
            factors.extend(factor["id"] for factor in metadata["factors"] + metadata["syncFactors"])


@schemathesis.hook
def before_call(context, case, kwargs):
    if not case.meta.generation.mode.is_positive or not isinstance(case.body, dict):
        return
    request = case.body.get("payload", case.body)
    # The same request gets the same proofs in every run.
    chance = random.Random(json.dumps(request, sort_keys=True, default=str))
    path = case.operation.path
    if not isinstance(request, dict) or chance.random() < UNPROVED.get(path, 0.1):
        return
    complete(case, path, request, chance)
    for authorization, token, scope in PROOFS:
        if authorization in request and token in request:
            scope = "sync" if path in BY_SYNC_FACTOR else scope
            prove(case, path, request, authorization, token, chance.choice(KEYPAIRS[scope]))


def complete(case, path, request, chance):
    """What has to fit to what the service knows."""
    for name in ("manifestHash", "currentManifestHash", "newManifestHash"):
        if name in request:
            request[name] = MANIFEST_HASH
    for name in ("backupAccountId", "backupId"):
        if request.get(name) is not None:
            request[name] = chance.choice(list(IDS))
    if "factorId" in request and factors:
        request["factorId"] = chance.choice(factors)
    if "syncFactorToken" in request and sync_factor_tokens:
        request["syncFactorToken"] = sync_factor_tokens[-1]
    if path == "/add-factor":
        announce(case, request, chance)
    if path == "/reset":
        issued = fresh_challenge(case, "/reset/challenge/keypair", {"backupAccountId": request["backupAccountId"]})
        request["challengeToken"] = issued["token"]
        request["signature"] = sign(IDS[request["backupAccountId"]], issued["challenge"])


def announce(case, request, chance):
    """Another keypair as a main factor, and only that one."""
    key = public_key(chance.choice(KEYPAIRS["main"]))
    remember(issued := fresh_challenge(case, "/add-factor/challenge", {"newFactor": {"kind": "EC_KEYPAIR", "publicKey": key}}))
    request["existingFactorChallengeToken"] = issued["existingFactorToken"]
    request["newFactorChallengeToken"] = issued["newFactorToken"]
    request["newFactorAuthorization"] = {"kind": "EC_KEYPAIR", "publicKey": key}


def prove(case, path, request, authorization, token, key):
    if request[token] not in challenges:
        parameters = {"factorId": request["factorId"]} if path == "/delete-factor" else {}
        remember(issued := fresh_challenge(case, f"{CHALLENGED_AS.get(path, path)}/challenge/keypair", parameters))
        request[token] = issued["token"]
    announced = request[authorization].get("publicKey") if authorization == "newFactorAuthorization" else None
    key = next((known for known in KEYPAIRS["main"] if public_key(known) == announced), key)
    signature = sign(key, challenges.pop(request[token]))
    request[authorization] = {"kind": "EC_KEYPAIR", "publicKey": public_key(key), "signature": signature}
