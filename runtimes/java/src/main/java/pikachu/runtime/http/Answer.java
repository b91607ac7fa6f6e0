package pikachu.runtime.http;

import java.nio.charset.StandardCharsets;

/** What a request is answered with. The body is JSON in UTF-8 and belongs to the answer from now on. */
public record Answer(int status, byte[] body) {
    private static final String HEAD = "HTTP/1.1 %d %s\r\nContent-Type: application/json\r\nContent-Length: ";
    private static final byte[] OK_HEAD = head(200);

    /** @param text of an error that needs no escapes in JSON */
    static Answer plainError(int status, String text) {
        return new Answer(status, ("{\"error\":\"" + text + "\"}").getBytes(StandardCharsets.UTF_8));
    }

    /** Head and body, ready to be sent at once. */
    byte[] encode(String note) {
        byte[] head = status == 200 ? OK_HEAD : head(status);
        byte[] rest = (body.length + note + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
        var all = new byte[head.length + rest.length + body.length];
        System.arraycopy(head, 0, all, 0, head.length);
        System.arraycopy(rest, 0, all, head.length, rest.length);
        System.arraycopy(body, 0, all, head.length + rest.length, body.length);
        return all;
    }

    private static byte[] head(int status) {
        // not String.format, which would be half of the time to the first answer
        var head = HEAD.replace("%d", Integer.toString(status)).replace("%s", reason(status));
        return head.getBytes(StandardCharsets.US_ASCII);
    }

    private static String reason(int status) {
        return switch (status) {
            case 200 -> "OK";
            case 400 -> "Bad Request";
            case 403 -> "Forbidden";
            case 404 -> "Not Found";
            case 405 -> "Method Not Allowed";
            case 413 -> "Payload Too Large";
            case 417 -> "Expectation Failed";
            case 431 -> "Request Header Fields Too Large";
            case 500 -> "Internal Server Error";
            case 501 -> "Not Implemented";
            case 502 -> "Bad Gateway";
            default -> "Unknown";
        };
    }
}
