"""The frames of holdfast.v1 and the MAC of a resume: docs/protocol.md, holdfast.proto."""

import base64
import hmac
import pathlib
import subprocess

from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
MESSAGE_BYTES_MAX = 12_288  # HF-3
MODES = {1: "joined", 2: "resumed", 3: "rejoined", 4: "expired", 5: "ended"}  # Welcome.Mode


def load_schema():
    """The message classes of holdfast.proto by name, made from the file itself."""
    source = ROOT / "Sources" / "HoldfastProto"
    output = ["--descriptor_set_out=/dev/stdout", "holdfast.proto"]
    command = ["protoc", f"--proto_path={source}", *output]
    compiled = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
    pool = descriptor_pool.DescriptorPool()
    for file in descriptor_pb2.FileDescriptorSet.FromString(compiled).file:
        pool.Add(file)
    names = ("ServerFrame", "ClientFrame", "JoinOptions", "ResumeTicket")
    types = (pool.FindMessageTypeByName(f"holdfast.v1.{name}") for name in names)
    return dict(zip(names, map(message_factory.GetMessageClass, types)))


SCHEMA = load_schema()


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()  # HF-8


def mac(secret, host, payload):
    signed = f"holdfast-resume-v1\n{host.lower()}\n{payload}".encode()  # HF-17
    return base64url(hmac.digest(secret, signed, "sha256"))


def encode(message, is_binary):
    if is_binary:
        return message.SerializeToString()
    return json_format.MessageToJson(message, indent=None)


def decode(name, data):
    """A frame, options or a ticket from `bytes` (binary) or `str` (JSON)."""
    message = SCHEMA[name]()
    if isinstance(data, bytes):
        message.ParseFromString(data)
    else:
        json_format.Parse(data, message, ignore_unknown_fields=True)
    return message
