#!/usr/bin/env python3
"""Checks docs/vectors with the second client's own reading of the protocol.

--write fills in what a new vector in frames.json lacks: `binary`, computed from its `json`.
"""

import hmac
import json
import sys

from google.protobuf import json_format

from frames import ROOT, SCHEMA, mac
from strict import Malformed, base64url_read, decode_strictly

VECTORS = ROOT / "docs" / "vectors"


def load(name):
    return json.loads((VECTORS / name).read_text())


def hkdf(master, salt, info):
    """RFC 5869 with SHA-256, for one block (HF-18). Only a server needs it."""
    extracted = hmac.digest(salt, master, "sha256")
    return hmac.digest(extracted, info + b"\x01", "sha256")


def check_frames():
    vectors = load("frames.json")
    by_name = {vector["name"]: vector for vector in vectors}
    assert len(by_name) == len(vectors), "two vectors have one name"
    for vector in vectors:
        name, kind = vector["name"], vector["type"]
        from_json = decode_strictly(kind, json.dumps(vector["json"]))
        from_binary = decode_strictly(kind, bytes.fromhex(vector["binary"]))
        if "same_as" in vector:
            canonical = by_name[vector["same_as"]]
            assert "same_as" not in canonical and canonical["type"] == kind, name
            continue
        assert from_json == from_binary, name
        assert from_json.SerializeToString().hex() == vector["binary"], name
        assert json_format.MessageToDict(from_binary) == vector["json"], name
    return len(vectors)


def is_refused(vector):
    data = bytes.fromhex(vector["bytes"]) if "bytes" in vector else vector["text"]
    try:
        if vector["layer"] == "base64url":
            base64url_read(data)
        elif vector["encoding"] == "binary":
            decode_strictly(vector["type"], data if isinstance(data, bytes) else data.encode())
        else:
            decode_strictly(vector["type"], data if isinstance(data, str) else data.decode())
    except ValueError:  # Malformed, and what Python's UTF-8 and base64 refuse.
        return True
    return False


def check_malformed():
    vectors = load("malformed.json")
    taken = [vector["name"] for vector in vectors if not is_refused(vector)]
    assert not taken, f"not refused: {taken}"
    for data in (b"\x9a\x06" + bytes(12_287), "{" + " " * 12_287 + "}"):
        assert len(data) == 12_289
        try:
            decode_strictly("ClientFrame", data)
        except Malformed:
            continue
        raise AssertionError("a frame of 12 289 bytes is taken")
    return len(vectors) + 2


def check_resume():
    vectors = load("resume.json")
    derivation = vectors["derivation"]
    master = bytes.fromhex(derivation["master_key"])
    secret = hkdf(master, derivation["salt"].encode(), derivation["info"].encode())
    assert secret.hex() == derivation["secret"], "HKDF"
    for request in vectors["requests"]:
        payload, is_binary = request["payload"], request["subprotocol"] == "holdfast.v1"
        data = base64url_read(payload)
        ticket = decode_strictly("ResumeTicket", data if is_binary else data.decode())
        assert json_format.MessageToDict(ticket) == request["ticket"], "ticket"
        assert mac(secret, request["host"], payload) == request["mac"], "MAC"
        assert request["authorization"] == f"Resume {payload}.{request['mac']}", "Authorization"
    return len(vectors["requests"])


def write_frames():
    vectors = load("frames.json")
    for vector in vectors:
        if "binary" not in vector:
            message = json_format.ParseDict(vector["json"], SCHEMA[vector["type"]]())
            vector["binary"] = message.SerializeToString().hex()
    order = ("name", "type", "same_as", "binary", "json", "note")
    vectors = [{key: vector[key] for key in order if key in vector} for vector in vectors]
    text = json.dumps(vectors, indent=2, ensure_ascii=False) + "\n"
    (VECTORS / "frames.json").write_text(text)


if __name__ == "__main__":
    if "--write" in sys.argv[1:]:
        write_frames()
    print(f"frames.json: {check_frames()} vectors")
    print(f"malformed.json: {check_malformed()} vectors")
    print(f"resume.json: {check_resume()} requests")
