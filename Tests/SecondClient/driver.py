#!/usr/bin/env python3
"""Lets a test drive second clients as a process: one JSON object a line in, one out.

`{"do": "join", "name": "alice", …}` calls `Driver.join(name="alice", …)`. An answer is
`{"ok": value}` or `{"error": text}`. mischief.py adds what no honest client does.
"""

import base64
import hmac
import json
import socket
import struct
import sys
import time
import traceback

from google.protobuf import json_format

from frames import MODES, SCHEMA, base64url, encode
from holdfast_client import Closed, Session


class Driver:
    def __init__(self, port, keys):
        self.address = ("127.0.0.1", port)
        key = json.load(open(keys))["keys"][0]
        self.key_id = key["kid"]
        self.key = base64.urlsafe_b64decode(key["k"] + "==")
        self.sessions = {}

    def token(self, user):
        """docs/tokens.md: HS256, an hour, every call."""
        header = {"alg": "HS256", "kid": self.key_id, "typ": "JWT"}
        grants = ["join", "publish", "remove", "end"]
        claims = {"sub": user, "exp": int(time.time()) + 3600, "call": "*", "grants": grants}
        signed = ".".join(base64url(json.dumps(part).encode()) for part in (header, claims))
        return signed + "." + base64url(hmac.digest(self.key, signed.encode(), "sha256"))

    def join(self, name, call="demo", binary=True, user=None, settle=True):
        session = self.sessions[name] = Session(self.address, binary)
        session.token = self.token(user or name)
        request = session.join_request(session.token, call=call, device_id=name, display_name=name)
        status = session.use(request.start())
        if status == 101 and settle:
            session.settle(0.05)
        return {"status": status, **self.state(name)}

    def resume(self, name, ticket=None, text=None, rejoin=False, settle=True, keep=False):
        """`ticket` changes fields of an honest ticket; `text` is sent, signed, in its place."""
        session = self.sessions[name]
        extra = {}
        if rejoin:
            extra["X-Holdfast-Join"] = session.token
        if text is None:
            text = session.ticket(**(ticket or {}))
        elif session.is_binary is False:
            session.counter = max(session.counter + 1, int(time.time() * 1000))
            text = base64url(text.replace("$COUNTER", str(session.counter)).encode())
        if not keep and session.connection:
            session.connection.socket.close()
        session.byes = []
        started = time.perf_counter()
        try:
            status = session.use(session.resume_request(text, extra).start())
            took = time.perf_counter() - started
            if status == 101 and settle:
                session.settle(0.05)
        except Closed as closed:
            return {"status": 101, "closed": closed.code, **self.state(name)}
        return {"status": status, "seconds": took, **self.state(name)}

    def send(self, name, count=1, to=(), text="message", settle=0.05):
        session = self.sessions[name]
        for _ in range(count):
            number = session.last_number + 1
            session.command(send_message={"to": to, "text": f"{text} {number}"})
        return self.settle(name, settle)

    def transmit(self, name, frame, settle=0.05):
        """A frame of the schema, as protobuf-JSON."""
        session = self.sessions[name]
        message = json_format.ParseDict(frame, SCHEMA["ClientFrame"]())
        session.connection.send(encode(message, session.is_binary))
        return self.settle(name, settle)

    def settle(self, name, seconds=0.05):
        session, closed = self.sessions[name], None
        try:
            if seconds is not None:
                session.settle(seconds)
        except Closed as end:
            closed = end.code or 1006
        return {**({"closed": closed} if closed else {}), **self.state(name)}

    def cut(self, name):
        """Ends it with a reset, as a network does: no close frame, no FIN."""
        tcp = self.sessions[name].connection.socket
        tcp.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        tcp.close()

    def forget_events(self, name):
        self.sessions[name].delivered = []

    def state(self, name):
        session = self.sessions[name]
        welcome = session.welcome
        if welcome is None:
            return {"byes": [json_format.MessageToDict(bye) for bye in session.byes]}
        return {
            "mode": MODES[welcome.mode],
            "participant": welcome.participant,
            "generation": session.generation,
            "lastCommand": welcome.last_command,
            "cursor": session.cursor,
            "delivered": len(session.delivered),
            "texts": [e.message.text for e in session.delivered if e.HasField("message")],
            "offsets": [event.offset for event in session.delivered],
            "participants": sorted(session.participants),
            "results": {
                str(number): [json_format.MessageToDict(result) for result in results]
                for number, results in session.results.items()
            },
            "byes": [json_format.MessageToDict(bye) for bye in session.byes],
            "others": [json_format.MessageToDict(other) for other in session.others],
            "snapshots": session.snapshot_count,
            "dropped": session.dropped,
            "gaps": session.gap_count,
        }


def main(driver):
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = {"ok": getattr(driver, request.pop("do"))(**request)}
        except Exception as error:
            where = traceback.extract_tb(error.__traceback__)[-1]
            answer = {"error": f"{type(error).__name__}: {error} ({where.name}:{where.lineno})"}
        print(json.dumps(answer), flush=True)
