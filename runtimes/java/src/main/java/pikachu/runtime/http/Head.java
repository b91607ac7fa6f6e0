package pikachu.runtime.http;

import java.util.List;
import java.util.Locale;

/**
 * What the server needs to know of a request's head.
 *
 * @param length of the body, {@link #CHUNKED} when it comes in chunks
 */
record Head(String method, String path, int length, boolean isHttp10, boolean keepAlive, boolean expectsContinue) {
    static final int CHUNKED = -1;

    private static final String TOKEN_SIGNS = "!#$%&'*+-.^_`|~";

    static boolean isTokenSign(int sign) {
        return (sign >= 'a' && sign <= 'z')
                || (sign >= 'A' && sign <= 'Z')
                || (sign >= '0' && sign <= '9')
                || (sign < 128 && TOKEN_SIGNS.indexOf(sign) >= 0);
    }

    /** @param text up to the empty line, in ISO 8859-1 */
    static Head parse(String text) {
        int end = text.indexOf("\r\n");
        var line = end < 0 ? text : text.substring(0, end);
        var parts = List.of(line.split(" ", -1));
        if (parts.size() != 3 || !isToken(parts.get(0)) || !isKnown(parts.get(2))) {
            throw new HttpRefusal(400, "The request line is malformed.");
        }
        var fields = new Fields(parts.get(2).equals("HTTP/1.0"));
        while (end >= 0) {
            int start = end + 2;
            end = text.indexOf("\r\n", start);
            fields.read(end < 0 ? text.substring(start) : text.substring(start, end));
        }
        var target = parts.get(1);
        int query = target.indexOf('?');
        return fields.head(parts.get(0), query < 0 ? target : target.substring(0, query));
    }

    private static boolean isKnown(String version) {
        return version.equals("HTTP/1.1") || version.equals("HTTP/1.0");
    }

    private static boolean isToken(String text) {
        return !text.isEmpty() && text.chars().allMatch(Head::isTokenSign);
    }

    /** The header fields as they are read, line by line. */
    private static final class Fields {
        private final boolean isHttp10;
        private boolean keepAlive;
        private boolean expectsContinue;
        private boolean isChunked;
        private String length = "";

        Fields(boolean isHttp10) {
            this.isHttp10 = isHttp10;
            this.keepAlive = !isHttp10;
        }

        void read(String line) {
            int colon = line.indexOf(':');
            if (colon < 0 || !isToken(line.substring(0, colon)) || hasControl(line)) {
                throw new HttpRefusal(400, "A header line is malformed.");
            }
            var value = trim(line.substring(colon + 1));
            switch (line.substring(0, colon).toLowerCase(Locale.ROOT)) {
                case "content-length" -> readLength(value);
                case "transfer-encoding" -> readCoding(value);
                case "connection" -> readConnection(value.toLowerCase(Locale.ROOT));
                case "expect" -> readExpectation(value);
                default -> {
                    // of no interest here
                }
            }
        }

        /** Two lengths are how requests get smuggled: refused, not interpreted. */
        private void readLength(String value) {
            if (value.isEmpty() || value.length() > 18 || !value.chars().allMatch(sign -> sign >= '0' && sign <= '9')) {
                throw new HttpRefusal(400, "Content-Length is malformed.");
            }
            if (!length.isEmpty() && !length.equals(value)) {
                throw new HttpRefusal(400, "Content-Length is malformed.");
            }
            length = value;
        }

        private void readCoding(String value) {
            if (isChunked || !value.equalsIgnoreCase("chunked")) {
                throw new HttpRefusal(501, "The only transfer encoding known here is chunked.");
            }
            isChunked = true;
        }

        private void readConnection(String value) {
            for (var option : value.split(",", -1)) {
                switch (trim(option)) {
                    case "close" -> keepAlive = false;
                    case "keep-alive" -> keepAlive = true;
                    default -> {
                        // TE and the like
                    }
                }
            }
        }

        private void readExpectation(String value) {
            if (!value.equalsIgnoreCase("100-continue")) {
                throw new HttpRefusal(417, "The only expectation known here is 100-continue.");
            }
            expectsContinue = !isHttp10;
        }

        Head head(String method, String path) {
            if (isChunked && (isHttp10 || !length.isEmpty())) {
                throw new HttpRefusal(400, "The request states the length of its body in two ways.");
            }
            long bytes = length.isEmpty() ? 0 : Long.parseLong(length);
            if (bytes > Limits.BODY) {
                throw HttpRefusal.tooLarge();
            }
            return new Head(method, path, isChunked ? CHUNKED : (int) bytes, isHttp10, keepAlive, expectsContinue);
        }

        private static boolean hasControl(String line) {
            return line.indexOf('\n') >= 0 || line.indexOf('\r') >= 0 || line.indexOf('\0') >= 0;
        }

        private static String trim(String value) {
            int start = 0;
            int end = value.length();
            while (start < end && isBlank(value.charAt(start))) {
                start++;
            }
            while (end > start && isBlank(value.charAt(end - 1))) {
                end--;
            }
            return value.substring(start, end);
        }

        private static boolean isBlank(char sign) {
            return sign == ' ' || sign == '\t';
        }
    }
}
