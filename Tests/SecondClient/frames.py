"""The frames of holdfast.v1 and the MAC of a resume, from docs/protocol.md and holdfast.proto alone."""

import base64
import hmac
import json
import pathlib
import re
import subprocess

from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
MESSAGE_BYTES_MAX = 12_288  # HF-3
NUMBER_END = 1 << 53  # HF-4
MODES = {1: "joined", 2: "resumed", 3: "rejoined", 4: "expired", 5: "ended"}  # Welcome.Mode


def load_schema():
    """The message classes of holdfast.proto by name, made from the file itself."""
    source = ROOT / "Sources" / "HoldfastProto"
    command = ["protoc", f"--proto_path={source}", "--descriptor_set_out=/dev/stdout", "holdfast.proto"]
    compiled = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
    pool = descriptor_pool.DescriptorPool()
    for file in descriptor_pb2.FileDescriptorSet.FromString(compiled).file:
        pool.Add(file)
    names = ("ServerFrame", "ClientFrame", "JoinOptions", "ResumeTicket")
    types = (pool.FindMessageTypeByName(f"holdfast.v1.{name}") for name in names)
    return dict(zip(names, map(message_factory.GetMessageClass, types)))


SCHEMA = load_schema()


class Malformed(ValueError):
    """What HF-6 calls a frame that cannot be decoded."""


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def base64url_read(text):
    """HF-8: no padding, and only the one spelling of the bytes."""
    data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if base64url(data) != text:
        raise Malformed("not base64url")
    return data


def mac(secret, host, payload):
    signed = f"holdfast-resume-v1\n{host.lower()}\n{payload}".encode()  # HF-17
    return base64url(hmac.digest(secret, signed, "sha256"))


def encode(message, is_binary):
    return message.SerializeToString() if is_binary else json_format.MessageToJson(message, indent=None)


def decode(name, data):
    """A frame, options or a ticket from `bytes` (binary) or `str` (JSON)."""
    message = SCHEMA[name]()
    try:
        if len(data if isinstance(data, bytes) else data.encode()) > MESSAGE_BYTES_MAX:
            raise Malformed("too long")
        if isinstance(data, bytes):
            message.ParseFromString(data)
        else:
            value = json.loads(data)
            check_json(value, message.DESCRIPTOR)
            json_format.ParseDict(value, message, ignore_unknown_fields=True)
    except Exception as error:  # protobuf's errors have no common type.
        raise Malformed(str(error)) from error
    check_numbers(message)
    check_rules(message)
    return message


def check_json(value, descriptor):
    """What Python's reader of protobuf-JSON lets pass: a frame that is no object, stray base64."""
    if not isinstance(value, dict):
        raise Malformed("not an object")
    for field in descriptor.fields:
        inner = value.get(field.json_name, value.get(field.name))
        if field.type == field.TYPE_BYTES and not re.fullmatch(r"[\w+/-]*=*", inner or "", re.ASCII):
            raise Malformed("not base64")
        if field.message_type and isinstance(inner, dict):
            check_json(inner, field.message_type)


def check_numbers(message):
    """HF-4: offsets and counters stay below 2^53; durations and points in time are brought in bounds."""
    for field, value in message.ListFields():
        if field.message_type:
            for inner in value if field.is_repeated else [value]:
                check_numbers(inner)
        elif field.type == field.TYPE_UINT64 and not field.name.endswith("_ms"):
            if value >= NUMBER_END:
                raise Malformed(f"{field.name} is 2^53 or more")
        elif field.type == field.TYPE_UINT64:
            setattr(message, field.name, min(value, 365 * 86_400_000))
        elif field.type == field.TYPE_INT64:
            setattr(message, field.name, max(0, min(value, NUMBER_END - 1)))


def check_rules(message):
    if message.DESCRIPTOR.name != "ServerFrame":
        return
    welcome, snapshot, key = message.welcome, message.snapshot, message.welcome.resume_key
    if message.HasField("welcome") and welcome.mode not in MODES:
        raise Malformed("a mode that this version does not know")
    if welcome.HasField("resume_key") and len(key.secret) != 32:
        raise Malformed("a resume secret has 32 bytes")
    if len(message.events.events) > 64:
        raise Malformed("more than 64 events (HF-35)")
    if message.HasField("snapshot") and snapshot.index >= snapshot.count:
        raise Malformed("a chunk behind the last (HF-36)")
    if message.bye.code > 65_535:
        raise Malformed("no close code")
