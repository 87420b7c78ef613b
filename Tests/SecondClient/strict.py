"""What HF-3 to HF-8 say of a peer that sends what it must not: the golden vectors hold it, and
everything that a server sends to a test is held against it."""

import base64
import json
import re

from frames import MESSAGE_BYTES_MAX, MODES, SCHEMA, base64url, decode

NUMBER_END = 1 << 53  # HF-4


class Malformed(ValueError):
    """What HF-6 calls a frame that cannot be decoded."""


def base64url_read(text):
    """HF-8: no padding, and only the one spelling of the bytes."""
    data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if base64url(data) != text:
        raise Malformed("not base64url")
    return data


def decode_strictly(name, data):
    """As `decode`, but raises Malformed for all that is none."""
    try:
        if len(data if isinstance(data, bytes) else data.encode()) > MESSAGE_BYTES_MAX:
            raise Malformed("too long")
        if isinstance(data, str):
            check_json(json.loads(data), SCHEMA[name].DESCRIPTOR)
        message = decode(name, data)
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
        is_bytes = field.type == field.TYPE_BYTES
        if is_bytes and not re.fullmatch(r"[\w+/-]*=*", inner or "", re.ASCII):
            raise Malformed("not base64")
        if field.message_type and isinstance(inner, dict):
            check_json(inner, field.message_type)


def check_numbers(message):
    """HF-4: offsets and counters stay below 2^53; durations and points in time are brought in
    bounds."""
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
