package pikachu.core.directory.files;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.stream.Stream;
import pikachu.core.activations.GroupRank;
import pikachu.core.activations.JsonText;
import pikachu.core.instances.Ending;
import pikachu.core.instances.Entry;
import pikachu.core.instances.State;
import pikachu.core.names.ActivationId;
import pikachu.core.names.Epoch;
import pikachu.core.names.InstanceId;
import pikachu.core.names.InvokerId;
import pikachu.core.names.NamespaceName;

/**
 * One line of {@code instances}. Lines are ASCII throughout, so that nothing an instance says of itself can end a line,
 * begin a column or trouble a reader's decoder.
 */
final class InstanceLine {
    static final int COLUMNS = 12;
    private static final String NONE = "-";

    /** The file does not tell how large a group is; /run does, to its members. */
    private static final int UNKNOWN_SIZE = 0;

    private InstanceLine() {}

    /** Written three times for each activation, so it is made in one buffer. */
    static byte[] write(Entry e) {
        var line = new StringBuilder(192);
        line.append(column(e.id().value())).append('\t');
        line.append(e.epoch()).append('\t');
        line.append(e.state().text()).append('\t');
        line.append(e.ending().isPresent() ? e.ending().get().text() : NONE).append('\t');
        line.append(column(e.address())).append('\t');
        line.append(e.port()).append('\t');
        line.append(e.invoker().number()).append('\t');
        line.append(e.activation().value()).append('\t');
        line.append(e.deadlineMs()).append('\t');
        if (e.group().isPresent()) {
            var group = e.group().get();
            line.append(column(group.group())).append('\t').append(group.rank()).append('\t');
        } else {
            line.append(NONE).append('\t').append(NONE).append('\t');
        }
        line.append(e.attributes().isPresent() ? json(e.attributes().get()) : NONE)
                .append('\n');
        return line.toString().getBytes(StandardCharsets.US_ASCII);
    }

    /** A text that its own rules should keep to visible ASCII; whatever else is in it cannot leave its column. */
    private static String column(String text) {
        if (text.isEmpty()) {
            return NONE;
        }
        for (int i = 0; i < text.length(); i++) {
            if (!isVisible(text.charAt(i))) {
                return masked(text);
            }
        }
        return text;
    }

    private static String masked(String text) {
        return text.codePoints()
                .map(c -> isVisible(c) ? c : '_')
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    private static boolean isVisible(int c) {
        return c > ' ' && c < 0x7F;
    }

    /** JSON in ASCII: what is not is escaped, and control characters, which JSON has only between tokens, are blanks. */
    private static String json(JsonText value) {
        var text = value.toString();
        var ascii = new StringBuilder(text.length() + 16);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ') {
                ascii.append(' ');
            } else if (c < 0x7F) {
                ascii.append(c);
            } else {
                ascii.append(String.format("\\u%04x", (int) c));
            }
        }
        return ascii.toString();
    }

    /** Empty when the line is none of this version: too few columns, or a value that it does not know. */
    static Optional<Entry> read(NamespaceName namespace, String line) {
        var columns = line.split("\t", -1);
        if (columns.length < COLUMNS) {
            return Optional.empty();
        }
        try {
            return Optional.of(read(namespace, columns));
        } catch (IllegalArgumentException _) {
            return Optional.empty(); // a word or number that a later version may have, or damage; the same to a reader
        }
    }

    private static Entry read(NamespaceName namespace, String[] columns) {
        return new Entry(
                namespace,
                new InstanceId(columns[0]),
                Epoch.parse(columns[1]),
                one(Stream.of(State.values()).filter(s -> s.text().equals(columns[2]))),
                present(columns[3])
                        .map(how -> one(
                                Stream.of(Ending.values()).filter(e -> e.text().equals(how)))),
                present(columns[4]).orElse(""),
                Integer.parseInt(columns[5]),
                new InvokerId(Integer.parseInt(columns[6])),
                new ActivationId(columns[7]),
                Long.parseLong(columns[8]),
                present(columns[9]).map(group -> new GroupRank(group, Integer.parseInt(columns[10]), UNKNOWN_SIZE)),
                present(columns[11]).map(InstanceLine::unescaped));
    }

    /** Undoes {@link #json}, since the limit of attributes is one of their UTF-8 form. */
    private static JsonText unescaped(String ascii) {
        var text = new StringBuilder(ascii.length());
        for (int i = 0; i < ascii.length(); i++) {
            char c = ascii.charAt(i);
            boolean isEscape = c == '\\' && i + 1 < ascii.length();
            if (isEscape && ascii.charAt(i + 1) == 'u' && i + 6 <= ascii.length()) {
                char code = (char) Integer.parseInt(ascii, i + 2, i + 6, 16);
                text.append(code < 0x7F ? ascii.substring(i, i + 6) : String.valueOf(code));
                i += 5;
            } else if (isEscape) {
                text.append(c).append(ascii.charAt(++i));
            } else {
                text.append(c);
            }
        }
        return new JsonText(text.toString());
    }

    private static Optional<String> present(String column) {
        return column.equals(NONE) ? Optional.empty() : Optional.of(column);
    }

    private static <T> T one(Stream<T> candidates) {
        return candidates.findFirst().orElseThrow(() -> new IllegalArgumentException("An unknown word"));
    }
}
