package pikachu.runtime.http;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/** One client: its requests are read and answered in turn, in a thread of their own. It fails alone. */
final class Connection {
    private static final byte[] CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final SocketChannel channel;
    private final Handler handler;
    private final Input input;

    Connection(SocketChannel channel, Handler handler) {
        this.channel = channel;
        this.handler = handler;
        this.input = new Input(channel);
    }

    /** Until the client leaves or is refused. */
    void serve() {
        try (channel) {
            while (serveRequest()) {
                // the next one
            }
        } catch (IOException gone) {
            // the client left, in the middle of a request or of an answer: there is nobody to tell
        }
    }

    private boolean serveRequest() throws IOException {
        try {
            var text = input.head();
            if (text.isEmpty()) {
                return false;
            }
            var head = Head.parse(text);
            send(dispatch(head, body(head)).encode(note(head)));
            return head.keepAlive();
        } catch (HttpRefusal refusal) {
            refuse(refusal);
            return false;
        }
    }

    private Body body(Head head) throws IOException {
        if (head.expectsContinue() && !input.has(Math.max(head.length(), 1))) {
            send(CONTINUE);
        }
        var body = new Body();
        if (head.length() == Head.CHUNKED) {
            Chunks.read(input, body);
        } else {
            input.move(body, head.length());
        }
        return body;
    }

    private Answer dispatch(Head head, Body body) {
        if (!head.path().equals("/init") && !head.path().equals("/run")) {
            return Answer.plainError(404, "The only paths here are /init and /run.");
        }
        if (!head.method().equals("POST")) {
            return Answer.plainError(405, "The only method here is POST.");
        }
        return handler.answer(head.path(), body);
    }

    private static String note(Head head) {
        if (!head.keepAlive()) {
            return "\r\nConnection: close";
        }
        return head.isHttp10() ? "\r\nConnection: keep-alive" : "";
    }

    /**
     * Says why and then reads on for a while: closing with unread input would make the kernel reset the connection, and
     * the client might never see the answer.
     */
    private void refuse(HttpRefusal refusal) throws IOException {
        var reason = refusal.getMessage() == null ? "" : refusal.getMessage();
        send(Answer.plainError(refusal.status(), reason).encode("\r\nConnection: close"));
        channel.shutdownOutput();
        try {
            input.discard(Limits.BODY);
        } catch (EOFException end) {
            // as it should
        }
    }

    private void send(byte[] data) throws IOException {
        for (int start = 0; start < data.length; ) {
            start += channel.write(ByteBuffer.wrap(data, start, Math.min(data.length - start, Limits.PIECE)));
        }
    }
}
