"""The session of a client that means ill, or of a network that does."""

from driver import WatchedSession
from raw_connection import RawConnection


class MischievousSession(WatchedSession):
    """One whose tickets say what they should not, over connections that can be broken off."""

    acknowledges = True
    last_mac = ""

    def raw(self, request, tcp=None):
        """A connection that has sent nothing yet."""
        return RawConnection(self.address, self.subprotocol, *request, tcp)

    def connect(self, target, headers):
        return self.use(self.raw((target, headers)).start())

    def use(self, connection):
        """Takes a connection whose request is sent; returns the HTTP status that answered."""
        status = connection.answer().status_code
        if status == 101:
            self.attach(connection)
        return status

    def raw_resume(self, **changes):
        return self.raw(self.resume_request(self.coded(self.ticket(**changes))))

    def ticket(self, **changes):
        ticket = super().ticket()
        for field, value in changes.items():
            setattr(ticket, field, value)
        return ticket

    def authorization(self, payload):
        text = super().authorization(payload)
        self.last_mac = text.rpartition(".")[2]
        return text

    def authorized(self, **changes):
        return self.authorization(self.coded(self.ticket(**changes)))

    def acknowledge(self):
        if self.acknowledges:
            super().acknowledge()

    def hang_up(self):
        self.connection.socket.close()
