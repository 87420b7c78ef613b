#!/usr/bin/env python3
"""What a broken or hostile client does. Usage: mischief.py PORT TOKEN-KEYS, then see driver.py."""

import base64
import random
import select
import socket
import statistics
import struct
import sys
import time
import zlib

from google.protobuf import json_format
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame

from driver import Driver, main
from frames import SCHEMA, base64url, encode
from mischievous_session import MischievousSession
from strict import base64url_read


class Mischief(Driver):
    session_type = MischievousSession

    def resume(self, name, ticket=None, text=None, settle=True, keep=False):
        """`ticket` changes fields of an honest ticket; `text` is sent, signed, in its place."""
        session = self.sessions[name]
        payload = session.coded(session.ticket(**(ticket or {})))
        if text is not None:
            payload = base64url(text.replace("$COUNTER", str(session.counter)).encode())
        if not keep:
            session.hang_up()
        return self.attempt(
            name, lambda: session.connect(*session.resume_request(payload)), settle)

    def cut(self, name):
        """Ends it with a reset, as a network does: no close frame, no FIN."""
        tcp = self.sessions[name].connection.socket
        tcp.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        tcp.close()

    def transmit(self, name, frame, settle=0.05):
        """A frame of the schema, as protobuf-JSON."""
        session = self.sessions[name]
        message = json_format.ParseDict(frame, SCHEMA["ClientFrame"]())
        session.connection.send(encode(message, session.is_binary))
        return self.settle(name, settle)

    # Frames

    def frame(self, name, data, opcode=None, fin=True, rsv1=False, mask=True, pace=None, settle=0.05):
        """A WebSocket frame of any kind; `pace` sends it in segments of so many bytes."""
        session = self.sessions[name]
        opcode = opcode if opcode is not None else (2 if session.is_binary else 1)
        # As a data frame first: the library makes no frame that RFC 6455 forbids.
        frame = bytearray(Frame(1, content(data)).serialize(mask=mask))
        frame[0] = (0x80 if fin else 0) | (0x40 if rsv1 else 0) | opcode
        for start in range(0, len(frame), pace or len(frame)):
            session.connection.write(frame[start : start + (pace or len(frame))])
        return self.settle(name, settle)

    def together(self, name, frames, settle=0.05):
        """Frames of the schema, as protobuf-JSON, in one segment."""
        session, data = self.sessions[name], b""
        for frame in frames:
            message = json_format.ParseDict(frame, SCHEMA["ClientFrame"]())
            content = encode(message, session.is_binary)
            opcode, content = (2, content) if session.is_binary else (1, content.encode())
            data += Frame(opcode, content).serialize(mask=True)
        session.connection.write(data)
        return self.settle(name, settle)

    def acknowledging(self, name, does):
        self.sessions[name].acknowledges = does

    def secrets(self):
        """What must stand in no log, in the spellings in which it could."""
        found = [base64url(self.key)]
        for session in self.sessions.values():
            secret = session.key.secret
            plain = base64.b64encode(secret).decode()
            found += [base64url(secret), plain, secret.hex(), session.token]
            found += [session.token.split(".")[2], session.last_mac]
        return found

    def version(self, subprotocol):
        """Offers a subprotocol of another version: what the server says, and the close code."""
        session = self.sessions["version"] = MischievousSession(self.address, False)
        request = session.raw(session.join_request(self.token("version"), call="demo"))
        request.request = request.request.replace(b"holdfast.v1.json", subprotocol.encode())
        session.connection = request.start()
        chosen = request.answer().headers.get("Sec-WebSocket-Protocol")
        return {"chosen": chosen, **self.settle("version", 0.5)}

    def slow_join(self, name, binary=True):
        """The upgrade request and the first frame behind it, a byte at a time in one stream."""
        session = self.sessions[name] = MischievousSession(self.address, binary)
        session.token = self.token(name)
        request = session.join_request(session.token, call="demo", device_id=name)
        connection = session.raw(request)
        connection.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in connection.request:
            connection.write(bytes([byte]))
        status = session.use(connection)
        session.settle(0.05)
        return {"status": status, **self.state(name)}

    def resume_and_cut(self, name, byte_count, ticket=None):
        """Reads so many bytes behind the head of the response, or all, then resets the connection."""
        session = self.sessions[name]
        connection = session.raw_resume(**(ticket or {})).start()
        head = b""
        while b"\r\n\r\n" not in head:
            head += connection.socket.recv(1)
        taken = 0
        while taken < byte_count and select.select([connection.socket], [], [], 0.3)[0]:
            taken += len(connection.socket.recv(byte_count - taken))
        session.connection = connection
        self.cut(name)
        return taken

    def resumes(self, name, count, sender=None):
        """Resumes again and again; `sender` says something while nobody listens."""
        for _ in range(count):
            self.cut(name)
            if sender:
                self.send(sender, settle=0.005)
            answer = self.resume(name, settle=False)
            assert answer["status"] == 101 and answer["mode"] == "resumed", answer
            if sender:
                session = self.sessions[name]
                while session.cursor < session.welcome.top:
                    assert session.step(5)
                session.acknowledge()
        return self.settle(name)

    def ticket_json(self, name):
        """An honest ticket as protobuf-JSON, with CURSOR in place of the cursor."""
        ticket = self.sessions[name].ticket(cursor=1)
        text = json_format.MessageToJson(ticket, indent=None)
        assert '"cursor": "1"' in text
        counter = f'"counter": "{ticket.counter}"'
        return text.replace('"cursor": "1"', '"cursor": "CURSOR"').replace(
            counter, '"counter": "$COUNTER"')

    # Requests

    def forged(self, name):
        """An honest authorization of the session, and every one with one bit of it flipped."""
        session = self.sessions[name]
        honest = session.authorized()
        payload, mac = honest.removeprefix("Resume ").split(".")
        statuses = {}
        for part, other in ((payload, mac), (mac, payload)):
            data = base64url_read(part)
            for bit in range(len(data) * 8):
                flipped = bytearray(data)
                flipped[bit // 8] ^= 1 << bit % 8
                texts = [base64url(flipped), other] if part is payload else [other, base64url(flipped)]
                self.count(statuses, self.knock("Resume " + ".".join(texts)))
        for length in range(len(mac)):
            self.count(statuses, self.knock(f"Resume {payload}.{mac[:length]}"))
        for length in range(len(payload)):
            self.count(statuses, self.knock(f"Resume {payload[:length]}.{mac}"))
        bits = len(base64url_read(payload)) * 8
        return {"refused": statuses, "payloadBits": bits, "honest": self.knock(honest)[0]}

    def authorization(self, name, ticket=None, host=None, signer=None):
        """The text of an authorization: for another host, or with another session's secret."""
        session = self.sessions[name]
        key, real = session.key, session.host
        session.key, session.host = self.sessions[signer].key if signer else key, host or real
        text = session.authorized(**(ticket or {}))
        session.key, session.host = key, real
        return text

    def present(self, authorization, host=None):
        """Sends an authorization as it is: status, body and, behind a 101, the bye's code."""
        return list(self.knock(authorization, host))

    def knock(self, authorization, host=None, source="127.0.0.1"):
        tcp = socket.create_connection(self.address, timeout=10, source_address=(source, 0))
        session = MischievousSession(self.address)
        connection = session.raw(self.request(authorization), tcp)
        if host:
            connection.request = connection.request.replace(session.host.encode(), host.encode(), 1)
        try:
            response = connection.start().answer()
            body = (response.body or b"").decode()
            if response.status_code == 101:
                code = None
                while session.welcome is None and not session.byes:
                    session.connection = connection
                    session.step(5)
                code = session.byes[0].code if session.byes else 0
                return response.status_code, body, code
            return response.status_code, body, 0
        except ConnectionClosed:
            return 0, "", 0
        finally:
            tcp.close()

    @staticmethod
    def request(authorization):
        return "/v1/connect?call=demo&sid=x", {"Authorization": authorization}

    @staticmethod
    def count(statuses, answer):
        key = f"{answer[0]} {answer[1]}".strip()
        statuses[key] = statuses.get(key, 0) + 1

    def timing(self, name, count):
        """Milliseconds to refuse a forged MAC for a session that exists and for one that does not."""
        session = self.sessions[name]
        times = {True: [], False: []}
        session_id = session.session
        answers = set()
        for index in range(count * 2):
            exists = random.random() < 0.5 if len(set(map(len, times.values()))) == 1 else (
                len(times[True]) < len(times[False]))
            name_sent = session_id if exists else session_id[:-4] + "AAAA"
            text = session.authorized(session=name_sent)
            text = text[:-20] + base64url(random.randbytes(15))
            tcp = socket.create_connection(self.address, timeout=10)
            connection = session.raw(self.request(text), tcp)
            started = time.perf_counter()
            response = connection.start().answer()
            times[exists].append((time.perf_counter() - started) * 1000)
            headers = sorted((k, v) for k, v in response.headers.raw_items() if k.lower() != "date")
            answers.add((response.status_code, bytes(response.body or b""), str(headers)))
            tcp.close()
        known, unknown = times[True], times[False]
        spread = (statistics.variance(trimmed(known)) + statistics.variance(trimmed(unknown))) / count
        difference = statistics.mean(trimmed(known)) - statistics.mean(trimmed(unknown))
        return {
            "answers": len(answers), "status": next(iter(answers))[0],
            "known": statistics.median(known), "unknown": statistics.median(unknown),
            "t": difference / spread**0.5,
        }

    def garbage(self, seconds, source):
        """Upgrades that cannot succeed, as fast as one process makes them, from one address."""
        statuses, end, open_sockets = {}, time.monotonic() + seconds, {}
        payloads = [f"Resume {base64url(random.randbytes(60))}.{base64url(random.randbytes(32))}"
                    for _ in range(50)] + ["Resume x", "Bearer a.b.c", "Resume " + "A" * 3000 + ".A"]
        while time.monotonic() < end or open_sockets:
            while time.monotonic() < end and len(open_sockets) < 64:
                tcp = socket.socket()
                tcp.bind((source, 0))
                tcp.connect(self.address)
                tcp.sendall(
                    f"GET /v1/connect?call=x HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
                    f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                    f"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
                    f"Sec-WebSocket-Protocol: holdfast.v1\r\n"
                    f"Authorization: {random.choice(payloads)}\r\n\r\n".encode()
                )
                open_sockets[tcp.fileno()] = tcp
            for number in select.select(list(open_sockets), [], [], 1)[0]:
                tcp = open_sockets.pop(number)
                try:
                    status = tcp.recv(4096)[9:12].decode() or "none"
                except OSError:
                    status = "reset"
                statuses[status] = statuses.get(status, 0) + 1
                tcp.close()
        return statuses

    # Many at once

    def race(self, name, count):
        """Two connections resume one session at the same moment, `count` times."""
        session, outcomes = self.sessions[name], {}
        for _ in range(count):
            tickets = [session.ticket(), session.ticket()]
            random.shuffle(tickets)
            pair = [
                session.raw(session.resume_request(session.coded(ticket))) for ticket in tickets]
            for connection in pair:
                connection.start()
            ends = []
            for connection in pair:
                other = MischievousSession(self.address)
                other.key, other.session = session.key, session.session
                other.cursor = session.cursor
                other.line, other.connection = session.cursor, connection
                try:
                    connection.answer()
                    while other.step(0.02):
                        pass
                except ConnectionClosed:
                    pass
                ends.append(other)
            alive = [other for other in ends if not other.byes and still_open(other)]
            codes = sorted(bye.code for other in ends for bye in other.byes)
            outcome = f"{len(alive)} alive, byes {codes}"
            outcomes[outcome] = outcomes.get(outcome, 0) + 1
            if alive:
                session.connection = alive[0].connection
                session.generation = alive[0].generation
            for other in ends:
                if other not in alive[:1]:
                    other.connection.socket.close()
            time.sleep(0.02)  # The pings of still_open have a rate (HF-61).
        return outcomes

    def crowd(self, call, count, receive_bytes=4096):
        """Joins, and never reads a byte behind the head of the response."""
        self.silent = getattr(self, "silent", [])
        for index in range(count):
            tcp = socket.socket()
            tcp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
            tcp.connect(self.address)
            session = MischievousSession(self.address)
            user = f"silent-{len(self.silent)}"
            request = session.join_request(self.token(user), call=call, device_id=user)
            session.raw(request, tcp).start()
            head = b""
            while b"\r\n\r\n" not in head:
                head += tcp.recv(1)
            assert b" 101 " in head, head
            self.silent.append(tcp)
        return len(self.silent)

    def closed_in_crowd(self):
        """How many of the silent connections the server has ended."""
        ended = 0
        for tcp in self.silent:
            poll = select.poll()
            poll.register(tcp, select.POLLRDHUP | select.POLLHUP | select.POLLERR)
            ended += bool(poll.poll(0))
        return ended

    def pound(self, name, byte_count):
        """Pings without reading what comes back, until so many bytes are sent or none are taken."""
        session = self.sessions[name]
        ping = Frame(2, bytes.fromhex("1a020801")).serialize(mask=True) * 500
        tcp, sent = session.connection.socket, 0
        tcp.settimeout(1)
        try:
            while sent < byte_count:
                sent += tcp.send(ping)
        except OSError as error:
            return {"sent": sent, "why": type(error).__name__}
        return {"sent": sent, "why": "all sent"}

    def volley(self, names, count, text="x", size=0):
        """Everybody sends `count` messages at once and reads the results; the first reads everything."""
        for _ in range(count):
            for name in names:
                session = self.sessions[name]
                number = session.last_number + 1
                body = f"{text} {name} {number} ".ljust(size, "y")
                session.command(send_message={"text": body})
        for name in names:
            self.read_until(name, lambda session: not session.commands)
        done = [result.done_at for name in names for results in self.sessions[name].results.values()
                for result in results]
        self.read_until(names[0], lambda session: session.cursor >= max(done, default=0))
        return {name: self.state(name) for name in names}

    def read_until(self, name, holds, seconds=20):
        """Reads until something holds, the connection is over or the time is."""
        session, end = self.sessions[name], time.monotonic() + seconds
        try:
            while not holds(session) and time.monotonic() < end:
                session.step(0.1)
                session.acknowledge()
        except ConnectionClosed:
            pass


def still_open(session):
    """Whether it still answers."""
    session.others = []
    try:
        session.transmit(ping={"id": 9})
        while not any(frame.pong.id == 9 for frame in session.others):
            if not session.step(2):
                return False
        return True
    except ConnectionClosed:
        return False


def trimmed(values):
    """Without the slowest fifth, which is the machine's and not the server's."""
    return sorted(values)[: len(values) * 4 // 5]


def content(data):
    """A payload: text, `{"hex": …}`, `{"repeat": text, "times": n}` or `{"deflated": n}` zeros."""
    if isinstance(data, str):
        return data.encode()
    if "hex" in data:
        return bytes.fromhex(data["hex"])
    if "deflated" in data:
        packer = zlib.compressobj(9, zlib.DEFLATED, -15)
        packed = packer.compress(bytes(data["deflated"])) + packer.flush(zlib.Z_SYNC_FLUSH)
        return packed.removesuffix(b"\x00\x00\xff\xff")
    return data.get("before", "").encode() + data["repeat"].encode() * data["times"] + (
        data.get("after", "").encode())


if __name__ == "__main__":
    main(Mischief(int(sys.argv[1]), sys.argv[2]))
