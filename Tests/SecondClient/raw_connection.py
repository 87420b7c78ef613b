"""A WebSocket over a socket that its user may write to, read from and break off by itself."""

import select
import socket
import time

from websockets.client import ClientProtocol
from websockets.exceptions import ConnectionClosedError
from websockets.frames import OP_BINARY, OP_CONT, OP_TEXT, Frame
from websockets.http11 import Response
from websockets.uri import parse_uri


class RawConnection:
    """Sends its request with `start`, and reads nothing before it is asked to."""

    def __init__(self, address, subprotocol, target, headers, tcp=None):
        self.socket = tcp or socket.create_connection(address, timeout=10)
        self.socket.settimeout(10)
        uri = parse_uri(f"ws://{address[0]}:{address[1]}{target}")
        self.protocol = ClientProtocol(uri, subprotocols=[subprotocol])
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
                raise ConnectionClosedError(None, None)
        return self.response

    def recv(self, timeout):
        """The next message. Raises TimeoutError when none comes in time, and
        ConnectionClosedError behind the last."""
        end = time.monotonic() + timeout
        while not self.messages:
            if self.protocol.close_rcvd or self.is_over:
                raise ConnectionClosedError(self.protocol.close_rcvd, None)
            if not self.read(max(0, end - time.monotonic())) and time.monotonic() >= end:
                raise TimeoutError
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
