#!/usr/bin/env python3
"""Lets a test drive second clients as a process: one JSON object a line in, one out.
Usage: driver.py PORT TOKEN-KEYS.

`{"do": "join", "name": "alice", …}` calls `Driver.join(name="alice", …)`. An answer is
`{"ok": value}` or `{"error": text}`. mischief.py adds what no honest client does.
"""

import base64
import hmac
import json
import socket
import sys
import time
import traceback

from google.protobuf import json_format
from websockets.exceptions import ConnectionClosed

from frames import MODES, base64url
from holdfast_client import Session
from strict import decode_strictly


class WatchedSession(Session):
    """Holds what the server sends against the document, and counts what becomes of it."""

    def forget(self):
        super().forget()
        self.delivered, self.byes = [], []
        self.dropped = self.gap_count = self.snapshot_count = 0

    def handle(self, data):
        decode_strictly("ServerFrame", data)
        super().handle(data)

    def settle(self, seconds):
        """Handles what comes until nothing has come for so long, then acknowledges."""
        while self.step(seconds):
            pass
        self.acknowledge()

    def take_events(self, events):
        before = len(self.delivered) + self.gap_count
        super().take_events(events)
        self.dropped += len(events.events) - (len(self.delivered) + self.gap_count - before)

    def deliver(self, event):
        before = self.cursor
        super().deliver(event)
        if self.cursor > before:
            self.delivered.append(event)

    def synchronize(self):
        self.gap_count += 1
        super().synchronize()

    def take_snapshot(self, chunk):
        super().take_snapshot(chunk)
        self.snapshot_count += len(self.chunks) == chunk.count

    def take_bye(self, bye):
        self.byes.append(bye)

    def hang_up(self):
        """As the kernel does for a process that was killed: no close frame."""
        try:
            self.connection.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # It was over before.


class Driver:
    session_type = WatchedSession

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
        session = self.sessions[name] = self.session_type(self.address, binary)
        session.token = self.token(user or name)
        status = session.join(session.token, call=call, device_id=name, display_name=name)
        if status == 101 and settle:
            session.settle(0.05)
        return {"status": status, **self.state(name)}

    def resume(self, name, settle=True):
        session = self.sessions[name]
        session.hang_up()
        return self.attempt(name, session.resume, settle)

    def attempt(self, name, resume, settle=True):
        """What came of a resume that `resume` makes."""
        session = self.sessions[name]
        session.byes = []
        started = time.perf_counter()
        try:
            status = resume()
            took = time.perf_counter() - started
            if status == 101 and settle:
                session.settle(0.05)
        except ConnectionClosed as end:
            return {"status": 101, "closed": end.rcvd and end.rcvd.code, **self.state(name)}
        return {"status": status, "seconds": took, **self.state(name)}

    def send(self, name, count=1, to=(), text="message", settle=0.05):
        session = self.sessions[name]
        for _ in range(count):
            number = session.last_number + 1
            session.command(send_message={"to": to, "text": f"{text} {number}"})
        return self.settle(name, settle)

    def settle(self, name, seconds=0.05):
        session, closed = self.sessions[name], None
        try:
            if seconds is not None:
                session.settle(seconds)
        except ConnectionClosed as end:
            closed = end.rcvd.code if end.rcvd else 1006
        return {**({"closed": closed} if closed else {}), **self.state(name)}

    def cut(self, name):
        self.sessions[name].hang_up()

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


if __name__ == "__main__":
    main(Driver(int(sys.argv[1]), sys.argv[2]))
