package pikachu.core.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pikachu.core.messages.HealthMessage.ControllerHeartbeat;
import pikachu.core.messages.InvokerMessage.MapWanted;
import pikachu.core.messages.Message;
import pikachu.core.names.ControllerId;
import pikachu.core.names.Incarnation;

class CodecTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final Codec codec = new Codec();

    @Test
    void readsBackWhatItWroteForEveryTypeAndExtremeValues() {
        for (long seed = 1; seed <= 2000; seed++) {
            for (var message : new RandomMessages(new Random(seed)).each()) {
                assertThat(codec.decode(codec.encode(message)))
                        .as("seed %d, %s", seed, message.getClass())
                        .isEqualTo(message);
            }
        }
    }

    @Test
    void neverThrowsAnythingElseNorAllocatesMuchForRandomBytes() {
        var random = new Random(11);
        for (int i = 0; i < 200_000; i++) {
            var bytes = new byte[random.nextInt(200)];
            random.nextBytes(bytes);
            if (bytes.length > 1 && i % 2 == 0) {
                bytes[0] = Codec.VERSION;
                bytes[1] = (byte) ((1 + random.nextInt(5)) << 4 | random.nextInt(7));
            }
            decodeWithinBounds(bytes, "random bytes " + i);
        }
    }

    @Test
    void neverThrowsAnythingElseNorAllocatesMuchForDamagedRecords() {
        for (long seed = 1; seed <= 3000; seed++) {
            var random = new Random(seed);
            for (var message : new RandomMessages(random).each()) {
                var bytes = codec.encode(message);
                for (int times = 1 + random.nextInt(3); times > 0; times--) {
                    bytes = damaged(bytes, random);
                }
                decodeWithinBounds(bytes, "seed " + seed + ", " + message.getClass());
            }
        }
    }

    @Test
    void refusesEveryTruncation() {
        for (long seed = 1; seed <= 20; seed++) {
            for (var message : new RandomMessages(new Random(seed)).each()) {
                var bytes = codec.encode(message);
                for (int length = 0; length < bytes.length; length += 1 + length / 64) {
                    var cut = Arrays.copyOf(bytes, length);
                    assertThatThrownBy(() -> codec.decode(cut))
                            .as("seed %d, %s cut to %d", seed, message.getClass(), length)
                            .isInstanceOf(MalformedRecord.class);
                }
            }
        }
    }

    @Test
    void refusesBytesAfterTheMessage() {
        var bytes = codec.encode(new MapWanted(new ControllerId(3)));
        assertMalformed(hex(bytes) + "00", "1 bytes too many");
    }

    @Test
    void skipsFieldsThatANewerWriterAddsAtTheEndOfAStructure() {
        assertThat(codec.decode(HexFormat.of().parseHex("0112" + "03" + "03" + "beef")))
                .isEqualTo(new MapWanted(new ControllerId(3)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "|version): 1 bytes wanted",
                "02120103|version 1, not 2",
                "011f0103|no message of type 31",
                "01000103|no message of type 0",
                "01ff0103|no message of type 255",
                "0112ffffffff0f03|only 1 bytes are left",
                "0112ffffffffffffffffff0103|only 1 bytes are left",
                "0112ffffffffffffffffff7f03|does not fit in 64 bits",
                "011206ffffffff1f00|does not fit in 32 bits",
                "011205ffffffff0f|controller's number is not negative",
                "013509" + "00" + "07" + "612f623c3e00" + "00|namespace contains illegal",
                "01350200" + "00|no namespace was named",
                "0135040002c328|not UTF-8",
            })
    void saysWhatIsWrongAndWhere(String sample) {
        var parts = sample.split("\\|", -1);
        assertMalformed(parts[0], parts[1]);
    }

    @Test
    void keepsAReplacementCharacterThatWasReallyWritten() {
        var name = "\uFFFD";
        var out = new Output();
        out.text(name);
        assertThat(new Input(out.record()).text("x")).isEqualTo(name);
    }

    @Test
    void writesALongStructureAsItWritesAShortOne() {
        for (int size : new int[] {0, 126, 127, 128, 129, 16_383, 16_384, 2_097_151, 2_097_152}) {
            var out = new Output();
            int mark = out.begin();
            var body = "x".repeat(size);
            body.chars().forEach(out::octet);
            out.end(mark);
            out.octet(7);
            var in = new Input(out.record());
            int outer = in.enter("body");
            in.leave(outer);
            assertThat(in.octet("after")).as("size %d", size).isEqualTo(7);
            assertThat(new String(out.record(), StandardCharsets.ISO_8859_1)).contains(body);
        }
    }

    @Test
    void isSmallForWhatIsSentEachSecond() {
        Message beat = new ControllerHeartbeat(new ControllerId(0), new Incarnation(-1), 1000);
        assertThat(codec.encode(beat)).hasSize(14);
    }

    @BeforeEach
    void loadClassesBeforeAllocationIsCounted() {
        new RandomMessages(new Random(1)).each().forEach(message -> codec.decode(codec.encode(message)));
        assertMalformed("ff", "version");
    }

    private void decodeWithinBounds(byte[] bytes, String what) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        try {
            codec.decode(bytes);
        } catch (MalformedRecord _) {
            // what it says is checked elsewhere, outside what is measured here
        } catch (RuntimeException e) {
            throw new AssertionError(what + " " + hex(bytes), e);
        }
        long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
        assertThat(allocated).as(what).isLessThan(100_000 + 100L * bytes.length);
    }

    private static byte[] damaged(byte[] bytes, Random random) {
        int at = random.nextInt(bytes.length);
        return switch (random.nextInt(5)) {
            case 0 -> with(bytes, at, (byte) (bytes[at] ^ 1 << random.nextInt(8)));
            case 1 -> with(bytes, at, (byte) random.nextInt(256));
            case 2 -> with(bytes, at, (byte) 0xFF);
            case 3 -> Arrays.copyOf(bytes, Math.max(1, at));
            default -> {
                var longer = Arrays.copyOf(bytes, bytes.length + 1);
                System.arraycopy(bytes, at, longer, at + 1, bytes.length - at);
                yield longer;
            }
        };
    }

    private static byte[] with(byte[] bytes, int at, byte value) {
        var changed = bytes.clone();
        changed[at] = value;
        return changed;
    }

    private void assertMalformed(String hex, String message) {
        assertThatThrownBy(() -> codec.decode(HexFormat.of().parseHex(hex)))
                .isInstanceOf(MalformedRecord.class)
                .hasMessageContaining(message);
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
