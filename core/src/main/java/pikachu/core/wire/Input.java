package pikachu.core.wire;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import pikachu.core.activations.JsonText;
import pikachu.core.names.ActivationId;
import pikachu.core.names.InstanceId;
import pikachu.core.names.NamespaceName;

/**
 * A record being read. The bytes may be anything: each length is checked against what is left of the structure around it
 * before anything is allocated, and whatever is wrong becomes a {@link MalformedRecord} naming the field.
 */
final class Input {
    private static final HexFormat HEX = HexFormat.of();
    private static final int FIRST_CAPACITY = 16;

    private final byte[] bytes;
    private int next;
    private int limit;
    private Optional<NamespaceName> lastNamespace = Optional.empty();

    Input(byte[] bytes) {
        this.bytes = bytes;
        this.limit = bytes.length;
    }

    MalformedRecord malformed(String field, String why) {
        return new MalformedRecord(next, field, why);
    }

    int octet(String field) {
        need(field, 1);
        return bytes[next++] & 0xFF;
    }

    boolean flag(String field) {
        int value = octet(field);
        if (value > 1) {
            throw malformed(field, "a flag is 0 or 1, not " + value + ".");
        }
        return value == 1;
    }

    int number32(String field) {
        long value = number64(field);
        if (value >>> 32 != 0) {
            throw malformed(field, Long.toUnsignedString(value) + " does not fit in 32 bits.");
        }
        return (int) value;
    }

    long number64(String field) {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            int octet = octet(field);
            if (shift == 63 && octet > 1) {
                throw malformed(field, "the number does not fit in 64 bits.");
            }
            value |= (long) (octet & 0x7F) << shift;
            if (octet < 0x80) {
                return value;
            }
        }
        throw malformed(field, "the number does not end.");
    }

    long fixed64(String field) {
        need(field, 8);
        long value = 0;
        for (int i = 0; i < 8; i++) {
            value = value << 8 | (bytes[next++] & 0xFF);
        }
        return value;
    }

    String text(String field) {
        int length = length(field);
        var text = new String(bytes, next, length, StandardCharsets.UTF_8);
        if (text.indexOf('\uFFFD') >= 0 && !isWritten(text, length)) {
            throw malformed(field, "the text is not UTF-8.");
        }
        next += length;
        return text;
    }

    /** Whether it really was U+FFFD that was written, rather than bytes that the decoder replaced by it. */
    private boolean isWritten(String text, int length) {
        var utf8 = text.getBytes(StandardCharsets.UTF_8);
        return Arrays.equals(utf8, 0, utf8.length, bytes, next, next + length);
    }

    JsonText json(String field) {
        int length = length(field);
        var value = Arrays.copyOfRange(bytes, next, next + length);
        next += length;
        return new JsonText(value);
    }

    NamespaceName namespace(String field) {
        var name = text(field);
        if (name.isEmpty()) {
            return lastNamespace.orElseThrow(() -> malformed(field, "no namespace was named before this one."));
        }
        var namespace = checked(field, NamespaceName::new, name);
        lastNamespace = Optional.of(namespace);
        return namespace;
    }

    ActivationId activation(String field) {
        need(field, 16);
        var id = new ActivationId(HEX.formatHex(bytes, next, next + 16));
        next += 16;
        return id;
    }

    InstanceId instance(String field, ActivationId activation) {
        var id = text(field);
        return id.isEmpty() ? InstanceId.of(activation) : checked(field, InstanceId::new, id);
    }

    <T, R> R checked(String field, Function<T, R> make, T from) {
        try {
            return make.apply(from);
        } catch (IllegalArgumentException e) {
            throw malformed(field, String.valueOf(e.getMessage()));
        }
    }

    /** An enum's value by its number on the wire, which is its place in {@code values}. */
    <T> T oneOf(String field, List<T> values) {
        int code = octet(field);
        if (code >= values.size()) {
            throw malformed(field, "there is no value number " + code + "; is the writer newer than this reader?");
        }
        return values.get(code);
    }

    <T> List<T> list(String field, Function<Input, T> one) {
        int count = length(field); // an item has at least one byte, so a count is checked as a length is
        var items = new ArrayList<T>(Math.min(count, FIRST_CAPACITY));
        for (int i = 0; i < count; i++) {
            items.add(one.apply(this));
        }
        return items;
    }

    <T> Optional<T> optional(String field, Function<Input, T> one) {
        return flag(field) ? Optional.of(one.apply(this)) : Optional.empty();
    }

    OptionalLong optional64(String field) {
        return flag(field) ? OptionalLong.of(number64(field)) : OptionalLong.empty();
    }

    /** Enters a structure; {@link #leave} wants what this returns. */
    int enter(String structure) {
        int length = length(structure);
        int outer = limit;
        limit = next + length;
        return outer;
    }

    /** Leaves a structure, skipping the fields that a newer writer has put at its end. */
    void leave(int outer) {
        next = limit;
        limit = outer;
    }

    void end() {
        if (next != limit) {
            throw malformed("end", (limit - next) + " bytes too many.");
        }
    }

    private int length(String field) {
        long length = number64(field);
        if (length < 0 || length > limit - next) {
            throw malformed(
                    field,
                    "length " + Long.toUnsignedString(length) + ", but only " + (limit - next) + " bytes are left.");
        }
        return (int) length;
    }

    private void need(String field, int count) {
        if (limit - next < count) {
            throw malformed(field, count + " bytes wanted, but only " + (limit - next) + " are left.");
        }
    }
}
