"""A small HTTP/1.1 server on raw sockets: one thread, one epoll, requests answered in turn.

Server owns the listener and all connections. A request is answered in the main
thread as soon as its last byte is here, so function code may use signals, and a
slow client never holds up another one. A connection fails alone: whatever is wrong
with it closes it and nothing else.
"""

import errno
import os
import select
import sys

import _socket

HEAD_LIMIT = 64 * 1024
BODY_LIMIT = 100 * 1024 * 1024
CHUNK_LINE_LIMIT = 4096
RECEIVE = 64 * 1024
RECEIVE_BODY = 1024 * 1024
CONNECTION_LIMIT = 256
FAILURE_LIMIT = 100

REASONS = {
    200: "OK",
    400: "Bad Request",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    413: "Payload Too Large",
    417: "Expectation Failed",
    431: "Request Header Fields Too Large",
    500: "Internal Server Error",
    501: "Not Implemented",
    502: "Bad Gateway",
}
STATUS_LINES = {
    status: b"HTTP/1.1 %d %s\r\nContent-Type: application/json\r\nContent-Length: " % (status, reason.encode())
    for status, reason in REASONS.items()
}
TOKEN = frozenset(b"!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
HEX = frozenset(b"0123456789abcdefABCDEF")
PATHS = (b"/init", b"/run")


class BadRequest(Exception):
    """A request that cannot be answered; its connection is closed after saying why."""

    def __init__(self, status, message):
        super().__init__(message)
        self.status = status


class Head:
    """What the proxy needs to know of a request's head. length is None for a chunked body."""

    __slots__ = ("method", "path", "length", "keep_alive", "http_10", "expects_continue")


def parse_head(text):
    lines = text.split(b"\r\n")
    parts = lines[0].split(b" ")
    if len(parts) != 3 or parts[2] not in (b"HTTP/1.1", b"HTTP/1.0") or not is_token(parts[0]):
        raise BadRequest(400, "The request line is malformed.")
    head = Head()
    head.method, head.path = parts[0], parts[1].partition(b"?")[0]
    head.http_10 = parts[2] == b"HTTP/1.0"
    head.length, head.expects_continue = 0, False
    head.keep_alive = not head.http_10
    read_headers(head, lines)
    return head


def read_headers(head, lines):
    lengths, codings = set(), []
    for line in lines[1:]:
        name, colon, value = line.partition(b":")
        if not colon or not is_token(name) or b"\n" in value or b"\r" in value or b"\0" in value:
            raise BadRequest(400, "A header line is malformed.")
        name, value = name.lower(), value.strip(b" \t")
        if name == b"content-length":
            lengths.add(value)
        elif name == b"transfer-encoding":
            codings.append(value.lower())
        elif name == b"connection":
            read_connection(head, value.lower())
        elif name == b"expect":
            read_expectation(head, value.lower())
    head.length = body_length(head, lengths, codings)


def read_connection(head, value):
    options = [option.strip() for option in value.split(b",")]
    if b"close" in options:
        head.keep_alive = False
    elif b"keep-alive" in options:
        head.keep_alive = True


def read_expectation(head, value):
    if value != b"100-continue":
        raise BadRequest(417, "The only expectation known here is 100-continue.")
    head.expects_continue = not head.http_10


def body_length(head, lengths, codings):
    """Two lengths, or a length and chunks, are how requests get smuggled: refused, not interpreted."""
    if codings:
        if lengths or head.http_10:
            raise BadRequest(400, "The request states the length of its body in two ways.")
        if codings != [b"chunked"]:
            raise BadRequest(501, "The only transfer encoding known here is chunked.")
        return None
    if not lengths:
        return 0
    text = lengths.pop()
    if lengths or not text.isdigit() or len(text) > 18:
        raise BadRequest(400, "Content-Length is malformed.")
    if int(text) > BODY_LIMIT:
        raise too_large()
    return int(text)


def is_token(name):
    return bool(name) and TOKEN.issuperset(name)


def too_large():
    return BadRequest(413, "The request body is over the limit of %d bytes." % BODY_LIMIT)


class Chunks:
    """A chunked body being put together from what take() finds at the front of the input."""

    __slots__ = ("body", "missing", "trailer")

    def __init__(self):
        self.body = bytearray()
        self.missing = 0  # of the current chunk, its closing CR LF included
        self.trailer = None  # bytes of trailer seen, once the last chunk was

    def take(self, data):
        """True when the body is complete; consumes what it understood."""
        while True:
            if self.missing:
                if not self.take_data(data):
                    return False
            line = take_line(data)
            if line is None:
                return False
            if self.trailer is not None:
                if not line:
                    return True
                self.count_trailer(line)
            else:
                self.start_chunk(line)

    def take_data(self, data):
        count = min(len(data), max(self.missing - 2, 0))
        self.body += memoryview(data)[:count]
        del data[:count]
        self.missing -= count
        if self.missing > 2 or len(data) < 2:
            return False
        if data[:2] != b"\r\n":
            raise BadRequest(400, "A chunk does not end where it says.")
        del data[:2]
        self.missing = 0
        return True

    def start_chunk(self, line):
        size = line.partition(b";")[0].strip(b" \t")
        if not size or len(size) > 15 or not HEX.issuperset(size):
            raise BadRequest(400, "A chunk's size is malformed.")
        size = int(size, 16)
        if len(self.body) + size > BODY_LIMIT:
            raise too_large()
        if size:
            self.missing = size + 2
        else:
            self.trailer = 0

    def count_trailer(self, line):
        self.trailer += len(line)
        if self.trailer > HEAD_LIMIT:
            raise BadRequest(431, "The trailer is over the limit of %d bytes." % HEAD_LIMIT)


def take_line(data):
    end = data.find(b"\r\n", 0, CHUNK_LINE_LIMIT + 2)
    if end < 0:
        if len(data) > CHUNK_LINE_LIMIT:
            raise BadRequest(400, "A chunk's line is too long.")
        return None
    line = bytes(data[:end])
    del data[: end + 2]
    return line


class Connection:
    """One client: its bytes in, its answers out. Owned by the Server's loop."""

    __slots__ = ("socket", "fd", "input", "head", "chunks", "output", "closing", "drain", "events")

    def __init__(self, socket):
        self.socket = socket
        self.fd = socket.fileno()
        self.input = bytearray()
        self.head = None  # of the request whose body is being received
        self.chunks = None
        self.output = b""  # what the kernel has not taken yet
        self.closing = False  # close once output is empty
        self.drain = 0  # input bytes still to be thrown away before closing
        self.events = select.EPOLLIN

    def receive(self):
        """False at the end of the stream."""
        data = self.socket.recv(RECEIVE if self.head is None else RECEIVE_BODY)
        if self.drain:
            self.drain -= len(data)
            return bool(data) and self.drain > 0
        self.input += data
        return bool(data)

    def next_request(self):
        """(head, body) when a whole request is here, else None."""
        if self.head is None and not self.take_head():
            return None
        body = self.take_body()
        if body is None:
            self.invite()
            return None
        head, self.head, self.chunks = self.head, None, None
        return head, body

    def take_head(self):
        data = self.input
        while data.startswith(b"\r\n"):  # RFC 9112 2.2: empty lines before a request are ignored
            del data[:2]
        end = data.find(b"\r\n\r\n", 0, HEAD_LIMIT + 4)
        if end < 0:
            if (data and data[0] not in TOKEN) or b"\n\n" in data:  # TLS, or bare line feeds: no use in waiting
                raise BadRequest(400, "This is not an HTTP/1.1 request.")
            if len(data) > HEAD_LIMIT:
                raise BadRequest(431, "The request's head is over the limit of %d bytes." % HEAD_LIMIT)
            return False
        self.head = parse_head(bytes(data[:end]))
        del data[: end + 4]
        if self.head.length is None:
            self.chunks = Chunks()
        return True

    def take_body(self):
        if self.chunks is not None:
            return self.chunks.body if self.chunks.take(self.input) else None
        length = self.head.length
        if len(self.input) < length:
            return None
        if len(self.input) == length:  # nearly always: hand the buffer over, copy nothing
            body, self.input = self.input, bytearray()
            return body
        body = self.input[:length]
        del self.input[:length]
        return body

    def invite(self):
        if self.head.expects_continue:
            self.head.expects_continue = False
            self.send(b"HTTP/1.1 100 Continue\r\n\r\n")

    def answer(self, status, body, head):
        """One send for head and body; what does not fit waits for the socket to be writable."""
        keep_alive = head is not None and head.keep_alive
        if not keep_alive:
            self.closing = True
            note = b"\r\nConnection: close\r\n\r\n"
        elif head.http_10:
            note = b"\r\nConnection: keep-alive\r\n\r\n"
        else:
            note = b"\r\n\r\n"
        self.send(b"%b%d%b%b" % (STATUS_LINES[status], len(body), note, body))

    def send(self, data):
        if self.output:
            self.output = bytes(self.output) + data
            return
        try:
            sent = self.socket.send(data)
        except BlockingIOError:
            sent = 0
        if sent < len(data):
            self.output = memoryview(data)[sent:]

    def flush(self):
        try:
            self.output = self.output[self.socket.send(self.output) :]
        except BlockingIOError:
            pass


class Server:
    """answer(path, body) gives (status, bytes) for POST /init and POST /run."""

    def __init__(self, listener, answer):
        self.listener = listener
        self.answer = answer
        self.connections = {}
        self.accepting = True
        self.epoll = select.epoll()
        self.epoll.register(listener.fileno(), select.EPOLLIN)
        os.register_at_fork(after_in_child=self.abandon)

    def descriptors(self):
        return {self.listener.fileno(), self.epoll.fileno(), *self.connections}

    def serve(self):
        """For ever. A signal handler of the function's may raise anywhere in here: that is
        reported and survived, a hundred times in a row being taken for a defect of ours."""
        failures = 0
        while failures < FAILURE_LIMIT:
            try:
                for fd, events in self.epoll.poll():
                    self.handle(fd, events)
                    failures = 0
            except Exception as problem:
                failures += 1
                print("pikachu: between two activations:", repr(problem), file=sys.__stderr__)
        os._exit(1)

    def handle(self, fd, events):
        connection = self.connections.get(fd)
        if connection is None:
            if fd == self.listener.fileno():
                self.accept()
            return
        try:
            self.advance(connection, events)
        except OSError:  # the client is gone; nobody is left to be told
            self.drop(connection)
        except BaseException:
            self.drop(connection)
            raise

    def advance(self, connection, events):
        if connection.output:
            connection.flush()
        if not events & ~select.EPOLLOUT:
            self.serve_requests(connection)
            return
        try:
            open_ = connection.receive()
        except BlockingIOError:
            return
        if not open_:
            connection.closing, connection.drain = True, 0
        self.serve_requests(connection)

    def serve_requests(self, connection):
        try:
            while not (connection.output or connection.closing):
                request = connection.next_request()
                if request is None:
                    break
                connection.answer(*self.dispatch(*request), request[0])
        except BadRequest as problem:
            self.refuse(connection, problem)
        self.settle(connection)

    def dispatch(self, head, body):
        if head.path not in PATHS:
            return 404, b'{"error":"The only paths here are /init and /run."}'
        if head.method != b"POST":
            return 405, b'{"error":"The only method here is POST."}'
        return self.answer(head.path, body)

    def refuse(self, connection, problem):
        """Says why and then reads on for a while: closing with unread input would make the
        kernel reset the connection, and the client might never see the answer."""
        connection.answer(problem.status, b'{"error":"%b"}' % str(problem).encode(), None)
        connection.input, connection.head, connection.chunks = bytearray(), None, None
        connection.drain = BODY_LIMIT

    def settle(self, connection):
        """Waits for what the connection waits for, or closes it."""
        if connection.output:
            self.watch(connection, select.EPOLLOUT)
        elif not connection.closing:
            self.watch(connection, select.EPOLLIN)
        elif connection.drain > 0:
            connection.socket.shutdown(_socket.SHUT_WR)
            self.watch(connection, select.EPOLLIN)
        else:
            self.drop(connection)

    def watch(self, connection, events):
        if connection.events != events:
            connection.events = events
            self.epoll.modify(connection.fd, events)

    def accept(self):
        try:
            fd, _ = self.listener._accept()
        except OSError as problem:
            if problem.errno in (errno.EMFILE, errno.ENFILE):
                self.pause_accepting()
            return
        connection = Connection(_socket.socket(self.listener.family, _socket.SOCK_STREAM, 0, fd))
        connection.socket.setblocking(False)
        if self.listener.family != _socket.AF_UNIX:
            connection.socket.setsockopt(_socket.IPPROTO_TCP, _socket.TCP_NODELAY, 1)
        self.connections[fd] = connection
        self.epoll.register(fd, select.EPOLLIN)
        if len(self.connections) >= CONNECTION_LIMIT:
            self.pause_accepting()

    def pause_accepting(self):
        """Until a connection closes. With none open that would be never, and a proxy that
        cannot be reached is better dead, so that the invoker sees it."""
        if not self.connections:
            print("pikachu: the action used up all file descriptors", file=sys.__stderr__, flush=True)
            os._exit(1)
        self.accepting = False
        self.epoll.unregister(self.listener.fileno())

    def drop(self, connection):
        self.connections.pop(connection.fd, None)
        connection.socket.close()
        if not self.accepting:
            self.accepting = True
            self.epoll.register(self.listener.fileno(), select.EPOLLIN)

    def abandon(self):
        """In a child that the function forked: else the child would hold the address and the
        connections, and the invoker would not see this process die."""
        for connection in self.connections.values():
            connection.socket.close()
        self.connections = {}
        self.epoll.close()
        self.listener.close()
