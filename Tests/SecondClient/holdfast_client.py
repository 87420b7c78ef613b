"""A second client of the Holdfast protocol, written from docs/protocol.md, holdfast.proto and
docs/vectors alone. It shares no code with Holdfast: what it understands, the documents say.

Blocking and single-threaded: whoever drives it reads when it wants to, or does not.
"""

import select
import socket
import time

from websockets.client import ClientProtocol
from websockets.frames import OP_BINARY, OP_CONT, OP_TEXT, Frame
from websockets.http11 import Response
from websockets.uri import parse_uri

from frames import MODES, SCHEMA, base64url, decode, encode, mac


class Closed(Exception):
    """The connection is over; `code` is None without a close frame."""

    def __init__(self, code):
        super().__init__(f"closed with {code}")
        self.code = code


class Connection:
    """A WebSocket over a socket that whoever drives it may also use itself."""

    def __init__(self, address, target, headers, is_binary, tcp=None):
        self.socket = tcp or socket.create_connection(address, timeout=10)
        self.socket.settimeout(10)
        protocol = "holdfast.v1" if is_binary else "holdfast.v1.json"
        uri = parse_uri(f"ws://{address[0]}:{address[1]}{target}")
        self.protocol = ClientProtocol(uri, subprotocols=[protocol])
        request = self.protocol.connect()
        request.headers.update(headers)
        self.protocol.send_request(request)
        self.request = b"".join(self.protocol.data_to_send())
        self.response, self.parts, self.messages, self.is_over = None, [], [], False

    def start(self):
        self.write(self.request)
        return self

    def write(self, data):
        try:
            self.socket.sendall(data)
        except OSError:
            pass  # The reader says what became of the connection.

    def send(self, data):
        is_binary = isinstance(data, bytes)
        frame = Frame(OP_BINARY if is_binary else OP_TEXT, data if is_binary else data.encode())
        self.write(frame.serialize(mask=True))

    def answer(self):
        """The response to the upgrade request."""
        while self.response is None:
            if self.is_over or not self.read(10):
                raise Closed(None)
        return self.response

    def receive(self, seconds):
        """The next message, None when none comes in time. Raises Closed behind the last."""
        end = time.monotonic() + seconds
        while not self.messages:
            code = self.protocol.close_rcvd
            if code or self.is_over:
                raise Closed(code and code.code)
            if not self.read(max(0, end - time.monotonic())) and time.monotonic() >= end:
                return None
        return self.messages.pop(0)

    def read(self, seconds):
        if not select.select([self.socket], [], [], seconds)[0]:
            return False
        try:
            data = self.socket.recv(65_536)
        except OSError:
            data = b""
        if data:
            self.protocol.receive_data(data)
        else:
            self.is_over = True
            self.protocol.receive_eof()
        self.write(b"".join(self.protocol.data_to_send()))
        for event in self.protocol.events_received():
            self.take(event)
        return True

    def take(self, event):
        if isinstance(event, Response):
            self.response = event
        elif event.opcode in (OP_TEXT, OP_BINARY, OP_CONT):
            self.parts.append(event)
            if event.fin:
                data = b"".join(bytes(part.data) for part in self.parts)
                self.messages.append(data.decode() if self.parts[0].opcode == OP_TEXT else data)
                self.parts = []


class Session:
    """One device in one call: joins, resumes, keeps its cursor, its commands and what it knows."""

    def __init__(self, address, is_binary=True):
        self.address, self.is_binary = address, is_binary
        self.host = f"{address[0]}:{address[1]}"  # The Host header, which the MAC covers.
        self.connection, self.acknowledges, self.last_mac = None, True, ""
        self.forget()

    def forget(self):
        """What belongs to one session and not to its successor (HF-25)."""
        self.cursor = self.line = self.counter = self.generation = 0
        self.resume_from = None  # Where to resume from while a snapshot is due (HF-23).
        self.last_skipped, self.gap_count = None, 0
        self.unacknowledged = self.unacknowledged_bytes = 0
        self.commands, self.results, self.last_number = {}, {}, 0
        self.participants, self.chunks, self.snapshot_count = {}, [], 0
        self.welcome, self.delivered, self.byes, self.others, self.dropped = None, [], [], [], 0

    # Opening a connection

    def connect(self, authorization, query, extra, tcp=None):
        headers = {"Authorization": authorization, **extra}
        target = "/v1/connect?" + query
        return Connection(self.address, target, headers, self.is_binary, tcp)

    def coded(self, message):
        data = encode(message, self.is_binary)
        return base64url(data if self.is_binary else data.encode())

    def join_request(self, token, tcp=None, **options):
        self.forget()
        options = self.coded(SCHEMA["JoinOptions"](**options))
        return self.connect(f"Bearer {token}", "call=x", {"X-Holdfast-Options": options}, tcp)

    def ticket(self, **changes):
        self.counter = max(self.counter + 1, int(time.time() * 1000))  # HF-19
        last_result = self.last_number
        while last_result > 0 and last_result not in self.results:
            last_result -= 1
        ticket = dict(
            call=self.welcome.call, session=self.session, key=self.key.id, counter=self.counter,
            cursor=self.cursor if self.resume_from is None else self.resume_from,
            app_state=1, last_result=last_result,
        )
        return SCHEMA["ResumeTicket"](**{**ticket, **changes})

    def authorization(self, ticket):
        """Takes a ticket, or the text to send in its place."""
        payload = ticket if isinstance(ticket, str) else self.coded(ticket)
        self.last_mac = mac(self.key.secret, self.host, payload)
        return f"Resume {payload}.{self.last_mac}"

    def resume_request(self, ticket=None, extra=None, tcp=None):
        ticket = self.ticket() if ticket is None else ticket
        query = f"call={self.welcome.call}&sid={self.session}"
        return self.connect(self.authorization(ticket), query, extra or {}, tcp)

    def use(self, connection):
        """Takes a connection whose request is sent, up to its welcome. The status says what came."""
        self.connection, self.last_skipped, self.chunks = connection, None, []
        self.line = self.cursor if self.resume_from is None else self.resume_from
        status = connection.answer().status_code
        seen = self.welcome
        while status == 101 and self.welcome is seen and self.step(10):
            pass
        return status

    # What arrives

    def step(self, seconds):
        """Handles one message. False when none came in time; raises Closed behind the last one."""
        data = self.connection.receive(seconds)
        if data is None:
            return False
        frame = decode("ServerFrame", data)
        kind = frame.WhichOneof("message")
        handler = getattr(self, "take_" + (kind or ""), None)
        if handler:
            handler(getattr(frame, kind))
        elif kind:
            self.others.append(frame)
        return True

    def settle(self, seconds=0.2):
        """Handles what comes until nothing has come for so long, then acknowledges."""
        while self.step(seconds):
            pass
        self.acknowledge()

    def take_welcome(self, welcome):
        if MODES[welcome.mode] == "rejoined":
            self.forget()
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
                self.line, self.last_skipped, self.gap_count = event.offset, None, 0
                self.deliver(event)
            elif event.offset > self.line and event.previous != self.last_skipped:
                self.gap_count += 1
                self.synchronize()
                self.last_skipped = event.offset
            else:
                self.dropped += 1
                self.last_skipped = event.offset if self.last_skipped else None

    def deliver(self, event):
        if event.offset <= self.cursor:
            self.dropped += 1
            return
        self.cursor = event.offset
        self.delivered.append(event)
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
        self.snapshot_count += 1
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

    def take_bye(self, bye):
        self.byes.append(bye)

    # What is sent

    def transmit(self, **frame):
        self.connection.send(encode(SCHEMA["ClientFrame"](**frame), self.is_binary))

    def acknowledge(self):
        if self.unacknowledged and self.acknowledges:
            self.transmit(acknowledge={"offset": self.cursor})
            self.unacknowledged = self.unacknowledged_bytes = 0

    def synchronize(self):
        self.line = self.cursor if self.resume_from is None else self.resume_from
        self.transmit(synchronize={"from": self.line})

    def command(self, **body):
        self.last_number += 1
        self.commands[self.last_number] = {"number": self.last_number, **body}
        self.transmit(command=self.commands[self.last_number])
        return self.last_number
