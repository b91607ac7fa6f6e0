package pikachu.core.wire;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BiConsumer;
import pikachu.core.activations.JsonText;
import pikachu.core.names.ActivationId;
import pikachu.core.names.InstanceId;
import pikachu.core.names.NamespaceName;

/** A record being written. The mirror image of {@link Input}. */
final class Output {
    private byte[] bytes = new byte[512];
    private int length;
    private String lastNamespace = "";

    byte[] record() {
        return Arrays.copyOf(bytes, length);
    }

    void octet(int value) {
        room(1);
        bytes[length++] = (byte) value;
    }

    void flag(boolean value) {
        octet(value ? 1 : 0);
    }

    /** 32 bits, read as unsigned, so that a negative one costs five bytes and no sign bit is needed. */
    void number(int value) {
        number(Integer.toUnsignedLong(value));
    }

    void number(long value) {
        room(10);
        length = putVarint(length, value);
    }

    void fixed64(long value) {
        room(8);
        for (int shift = 56; shift >= 0; shift -= 8) {
            bytes[length++] = (byte) (value >>> shift);
        }
    }

    void text(String value) {
        blob(value.getBytes(StandardCharsets.UTF_8));
    }

    void json(JsonText value) {
        blob(value.utf8());
    }

    private void blob(byte[] value) {
        number(value.length);
        room(value.length);
        System.arraycopy(value, 0, bytes, length, value.length);
        length += value.length;
    }

    /** Empty when it is the namespace that the record named last: most records are about a single one. */
    void namespace(NamespaceName name) {
        boolean isKnown = name.value().equals(lastNamespace);
        text(isKnown ? "" : name.value());
        lastNamespace = name.value();
    }

    void activation(ActivationId id) {
        room(16);
        var hex = id.value();
        for (int i = 0; i < 32; i += 2) {
            bytes[length++] = (byte) (nibble(hex.charAt(i)) << 4 | nibble(hex.charAt(i + 1)));
        }
    }

    private static int nibble(char digit) {
        return digit <= '9' ? digit - '0' : digit - 'a' + 10;
    }

    /** Empty when it equals the activation's ID, as it does for all whose caller chose none. */
    void instance(InstanceId id, ActivationId activation) {
        text(id.value().equals(activation.value()) ? "" : id.value());
    }

    <T> void list(List<T> items, BiConsumer<Output, T> one) {
        number(items.size());
        for (var item : items) {
            one.accept(this, item);
        }
    }

    <T> void optional(Optional<T> value, BiConsumer<Output, T> one) {
        flag(value.isPresent());
        value.ifPresent(v -> one.accept(this, v));
    }

    void optional(OptionalLong value) {
        flag(value.isPresent());
        value.ifPresent(this::number);
    }

    /** Begins a structure; {@link #end} wants the returned mark. */
    int begin() {
        room(1);
        return length++;
    }

    /** Ends a structure: puts its length before it. One byte was left for that, a longer one moves the body. */
    void end(int mark) {
        int size = length - mark - 1;
        int more = varintSize(size) - 1;
        if (more > 0) {
            room(more);
            System.arraycopy(bytes, mark + 1, bytes, mark + 1 + more, size);
            length += more;
        }
        putVarint(mark, size);
    }

    private static int varintSize(int value) {
        return Math.max(1, (38 - Integer.numberOfLeadingZeros(value)) / 7);
    }

    private int putVarint(int at, long value) {
        long rest = value;
        int next = at;
        while ((rest & ~0x7FL) != 0) {
            bytes[next++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[next++] = (byte) rest;
        return next;
    }

    private void room(int more) {
        if (bytes.length - length < more) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, Math.addExact(length, more)));
        }
    }
}
