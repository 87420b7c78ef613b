"""A second client of the Holdfast protocol, written from docs/protocol.md, holdfast.proto and
docs/vectors alone. It shares no code with Holdfast: what it understands, the documents say.

Blocking: whoever drives it calls `step` when it wants to read, or does not.
"""

import time
from urllib.parse import quote

import websockets.sync.client
from websockets.exceptions import InvalidStatus

from frames import MESSAGE_BYTES_MAX, MODES, SCHEMA, base64url, decode, encode, mac


class Session:
    """One device in one call: joins, resumes, keeps its cursor, its commands and what it knows."""

    def __init__(self, address, is_binary=True):
        self.address, self.is_binary = address, is_binary
        self.host = f"{address[0]}:{address[1]}"  # The Host header, which the MAC covers.
        self.subprotocol = "holdfast.v1" if is_binary else "holdfast.v1.json"
        self.connection = None
        self.forget()

    def forget(self):
        """What belongs to one session and not to the next that is joined."""
        self.cursor = self.line = self.counter = self.generation = 0
        self.resume_from = None  # Where to resume from while a snapshot is due (HF-23).
        self.last_skipped = None  # The last event behind a gap, until the gap is filled.
        self.unacknowledged = self.unacknowledged_bytes = 0
        self.commands, self.results, self.last_number = {}, {}, 0
        self.participants, self.chunks = {}, []
        self.welcome, self.others = None, []

    # Opening a connection

    def join(self, token, **options):
        """Joins with the JoinOptions; returns the HTTP status that answered."""
        self.forget()
        return self.connect(*self.join_request(token, **options))

    def join_request(self, token, **options):
        """The target and the headers of a join."""
        coded = self.coded(SCHEMA["JoinOptions"](**options))
        headers = {"Authorization": f"Bearer {token}", "X-Holdfast-Options": coded}
        return f"/v1/connect?call={quote(options['call'])}", headers

    def coded(self, message):
        data = encode(message, self.is_binary)
        return base64url(data if self.is_binary else data.encode())

    def resume(self):
        """Resumes in the upgrade; returns the HTTP status that answered."""
        return self.connect(*self.resume_request(self.coded(self.ticket())))

    def resume_request(self, payload):
        """The target and the headers of a resume."""
        target = f"/v1/connect?call={quote(self.welcome.call)}&sid={quote(self.session)}"
        return target, {"Authorization": self.authorization(payload)}

    def ticket(self):
        self.counter = max(self.counter + 1, int(time.time() * 1000))  # HF-19
        last_result = self.last_number
        while last_result > 0 and last_result not in self.results:
            last_result -= 1
        return SCHEMA["ResumeTicket"](
            call=self.welcome.call, session=self.session, key=self.key.id, counter=self.counter,
            cursor=self.begin(), app_state=1, last_result=last_result,
        )

    def begin(self):
        """The offset behind which delivery is to begin."""
        return self.cursor if self.resume_from is None else self.resume_from

    def authorization(self, payload):
        return f"Resume {payload}.{mac(self.key.secret, self.host, payload)}"

    def connect(self, target, headers):
        try:
            connection = websockets.sync.client.connect(
                f"ws://{self.host}{target}", additional_headers=headers,
                subprotocols=[self.subprotocol], max_size=MESSAGE_BYTES_MAX,
                compression=None, ping_interval=None, proxy=None,
            )
        except InvalidStatus as refused:
            return refused.response.status_code
        self.attach(connection)
        return 101

    def attach(self, connection):
        """Takes a new connection, up to its welcome."""
        self.connection, self.last_skipped, self.chunks = connection, None, []
        self.line, seen = self.begin(), self.welcome
        while self.welcome is seen and self.step(10):
            pass

    # What arrives

    def step(self, seconds):
        """Handles one message. False when none came in time; raises ConnectionClosed behind the
        last one."""
        try:
            data = self.connection.recv(timeout=seconds)
        except TimeoutError:
            return False
        self.handle(data)
        return True

    def handle(self, data):
        frame = decode("ServerFrame", data)
        kind = frame.WhichOneof("message")
        handler = getattr(self, f"take_{kind}", None)
        if handler:
            handler(getattr(frame, kind))
        elif kind:
            self.others.append(frame)

    def take_welcome(self, welcome):
        self.welcome, self.generation = welcome, welcome.generation
        if welcome.HasField("resume_key"):
            self.session, self.key = welcome.session, welcome.resume_key
        if welcome.snapshot_follows and self.resume_from is None:
            self.resume_from = self.cursor
        if MODES[welcome.mode] == "resumed":  # HF-41
            for number in sorted(self.commands):
                if number > welcome.last_command:
                    self.transmit(command=self.commands[number])

    def take_events(self, events):
        for event in events.events:
            if event.previous == self.line:
                self.line, self.last_skipped = event.offset, None
                self.deliver(event)
            elif event.offset > self.line and event.previous != self.last_skipped:
                self.synchronize()
                self.last_skipped = event.offset
            else:
                self.last_skipped = event.offset if self.last_skipped else None

    def deliver(self, event):
        if event.offset <= self.cursor:
            return
        self.cursor = event.offset
        body = event.WhichOneof("body")
        if body in ("participant_joined", "participant_updated"):
            self.participants[getattr(event, body).id] = getattr(event, body)
        elif body == "participant_left":
            self.participants.pop(event.participant_left.id, None)
        self.unacknowledged += 1
        self.unacknowledged_bytes += event.ByteSize()
        if self.unacknowledged >= 32 or self.unacknowledged_bytes >= 16_384:  # HF-34
            self.acknowledge()

    def take_snapshot(self, chunk):
        self.chunks = self.chunks + [chunk] if chunk.index else [chunk]
        if chunk.index + 1 < chunk.count or len(self.chunks) < chunk.count:
            return
        self.line, self.resume_from, self.last_skipped = chunk.offset, None, None
        if chunk.is_reset or chunk.offset > self.cursor:  # HF-37
            self.cursor, self.unacknowledged = chunk.offset, 1
            self.participants = {one.id: one for part in self.chunks for one in part.participants}

    def take_result(self, result):
        failed = result.failed.code if result.HasField("failed") else None
        if failed in ("rate_limited", "unavailable"):  # HF-42: the number is unused.
            self.others.append(result)
        else:
            self.results.setdefault(result.number, []).append(result)
            self.commands.pop(result.number, None)

    # What is sent

    def transmit(self, **frame):
        self.connection.send(encode(SCHEMA["ClientFrame"](**frame), self.is_binary))

    def acknowledge(self):
        if self.unacknowledged:
            self.transmit(acknowledge={"offset": self.cursor})
            self.unacknowledged = self.unacknowledged_bytes = 0

    def synchronize(self):
        self.line = self.begin()
        self.transmit(synchronize={"from": self.line})

    def command(self, **body):
        self.last_number += 1
        self.commands[self.last_number] = {"number": self.last_number, **body}
        self.transmit(command=self.commands[self.last_number])
        return self.last_number
