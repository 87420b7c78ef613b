#!/usr/bin/env python3
"""Checks docs/vectors with implementations that share no code with Holdfast.

Needs protoc on the PATH and the package `protobuf` from PyPI (python3 -m pip install protobuf); both
are for this check alone, `swift test` needs neither. HMAC and HKDF come from Python's own library.

--write fills in what a new vector in frames.json lacks: `binary`, computed from its `json`.
"""

import base64
import hashlib
import hmac
import json
import pathlib
import subprocess
import sys
import tempfile

try:
    from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory
except ImportError:
    sys.exit("check-vectors.py: needs protobuf from PyPI: python3 -m pip install protobuf")

ROOT = pathlib.Path(__file__).resolve().parent.parent
VECTORS = ROOT / "docs" / "vectors"

# Malformed JSON that Python's json_format reads all the same: it iterates over whatever it gets, and
# skips what is not base64.
READ_BY_PYTHON = {"server-array", "server-string", "client-array", "client-string", "data-not-base64"}


def load_schema():
    """The message classes of holdfast.proto, by their names without the package."""
    source = ROOT / "Sources" / "HoldfastProto"
    with tempfile.NamedTemporaryFile() as output:
        subprocess.run(
            ["protoc", f"--proto_path={source}", f"--descriptor_set_out={output.name}", "holdfast.proto"],
            check=True,
        )
        files = descriptor_pb2.FileDescriptorSet.FromString(pathlib.Path(output.name).read_bytes())
    pool = descriptor_pool.DescriptorPool()
    for file in files.file:
        pool.Add(file)

    def message_class(name):
        descriptor = pool.FindMessageTypeByName(f"holdfast.v1.{name}")
        return message_factory.GetMessageClass(descriptor)

    names = ("ServerFrame", "ClientFrame", "JoinOptions", "ResumeTicket")
    return {name: message_class(name) for name in names}


def parse_json(message_class, value):
    text = value if isinstance(value, (str, bytes)) else json.dumps(value)
    return json_format.Parse(text, message_class(), ignore_unknown_fields=True)


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def base64url_strict(text):
    data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if base64url(data) != text:
        raise ValueError("not the one spelling")
    return data


def check_frames(schema):
    vectors = json.loads((VECTORS / "frames.json").read_text())
    by_name = {vector["name"]: vector for vector in vectors}
    assert len(by_name) == len(vectors), "two vectors have one name"
    for vector in vectors:
        message_class, name = schema[vector["type"]], vector["name"]
        from_json = parse_json(message_class, vector["json"])
        from_binary = message_class.FromString(bytes.fromhex(vector["binary"]))
        if "same_as" in vector:
            # Holdfast reads both as one; protobuf need not. That both can be read is what it can say.
            canonical = by_name[vector["same_as"]]
            assert "same_as" not in canonical and canonical["type"] == vector["type"], name
            continue
        assert from_json == from_binary, name
        assert from_json.SerializeToString().hex() == vector["binary"], name
        assert json_format.MessageToDict(from_binary) == vector["json"], name
    return len(vectors)


def write_frames(schema):
    path = VECTORS / "frames.json"
    vectors = json.loads(path.read_text())
    for vector in vectors:
        if "binary" not in vector:
            message = parse_json(schema[vector["type"]], vector["json"])
            vector["binary"] = message.SerializeToString().hex()
    order = ("name", "type", "same_as", "binary", "json", "note")
    vectors = [{key: vector[key] for key in order if key in vector} for vector in vectors]
    path.write_text(json.dumps(vectors, indent=2, ensure_ascii=False) + "\n")


def is_refused(schema, vector):
    """Whether an independent implementation refuses a vector, where it can tell."""
    data = bytes.fromhex(vector["bytes"]) if "bytes" in vector else vector["text"].encode()
    try:
        if vector["layer"] == "protobuf":
            schema[vector["type"]].FromString(data)
        elif vector["layer"] == "json":
            parse_json(schema[vector["type"]], data.decode())
        elif vector["layer"] == "base64url":
            base64url_strict(data.decode())
    except Exception:  # The libraries' refusals have no common type.
        return True
    return False


def check_malformed(schema):
    vectors = json.loads((VECTORS / "malformed.json").read_text())
    for vector in vectors:
        if vector["layer"] == "holdfast" or vector["name"] in READ_BY_PYTHON:
            continue
        assert is_refused(schema, vector), vector["name"]
    return len(vectors)


def check_resume(schema):
    vectors = json.loads((VECTORS / "resume.json").read_text())
    derivation = vectors["derivation"]
    # RFC 5869, one block: the secret is as long as the hash.
    extracted = hmac.new(
        derivation["salt"].encode(), bytes.fromhex(derivation["master_key"]), hashlib.sha256
    ).digest()
    secret = hmac.new(extracted, derivation["info"].encode() + b"\x01", hashlib.sha256).digest()
    assert secret.hex() == derivation["secret"], "HKDF"
    for request in vectors["requests"]:
        data = base64url_strict(request["payload"])
        ticket_class = schema["ResumeTicket"]
        ticket = (
            ticket_class.FromString(data)
            if request["subprotocol"] == "holdfast.v1"
            else parse_json(ticket_class, data)
        )
        assert json_format.MessageToDict(ticket) == request["ticket"], "ticket"
        signed = f"holdfast-resume-v1\n{request['host'].lower()}\n{request['payload']}"
        assert signed == request["signing_input"], "signing input"
        mac = base64url(hmac.new(secret, signed.encode(), hashlib.sha256).digest())
        assert mac == request["mac"], "MAC"
        assert request["authorization"] == f"Resume {request['payload']}.{mac}", "Authorization"
    return len(vectors["requests"])


def main():
    schema = load_schema()
    if "--write" in sys.argv[1:]:
        write_frames(schema)
    print(f"frames.json: {check_frames(schema)} vectors")
    print(f"malformed.json: {check_malformed(schema)} vectors")
    print(f"resume.json: {check_resume(schema)} requests")


if __name__ == "__main__":
    main()
