package pikachu.core.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static pikachu.core.store.Collection.ACTIVATIONS;
import static pikachu.core.store.Collection.ENTITIES;
import static pikachu.core.store.Collection.PLACEMENTS;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pikachu.core.names.NamespaceName;

/** What every store does. */
public abstract class StoreContract {
    protected static final NamespaceName GUEST = new NamespaceName("guest");
    private static final NamespaceName OTHER = new NamespaceName("some one@example.com & co-1");
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int MEBIBYTE = 1 << 20;

    protected Store store;

    /** An empty store. */
    protected abstract Store open();

    /** Closes the store and opens it again. */
    protected abstract Store reopen(Store closing);

    @BeforeEach
    void openStore() {
        store = open();
    }

    @AfterEach
    void closeStore() {
        store.close();
    }

    @Test
    void givesBackWhatWasCreatedAlsoAfterItWasReopened() {
        var created = store.create(document("hello", 5, "a label", "{\"a\":1}"));
        assertSame(store.get(key("hello")).orElseThrow(), created);
        store = reopen(store);
        var found = store.get(key("hello")).orElseThrow();
        assertSame(found, created);
        assertThat(found.time()).isEqualTo(5);
        assertThat(found.label()).isEqualTo("a label");
        assertThat(found.body()).asString(UTF_8).isEqualTo("{\"a\":1}");
    }

    @Test
    void hasNothingThatWasNotCreated() {
        assertThat(store.get(key("nothing"))).isEmpty();
        assertThat(store.list(ListQuery.all(ENTITIES, GUEST))).isEmpty();
        assertThat(store.count(ListQuery.all(ENTITIES, GUEST))).isZero();
        assertThat(store.attachment(key("nothing"), "code")).isEmpty();
        assertThat(store.createAll(List.of())).isEmpty();
    }

    @Test
    void refusesToCreateTwice() {
        var first = store.create(document("one", 1, "", "first"));
        assertThatThrownBy(() -> store.create(document("one", 1, "", "second"))).isInstanceOf(RevisionConflict.class);
        assertSame(store.get(key("one")).orElseThrow(), first);
    }

    @Test
    void replacesOnlyTheExpectedRevision() {
        var first = store.create(document("one", 1, "", "first"));
        var second = store.replace(document("one", 2, "x", "second"), first.revision());
        assertThat(second.revision()).isNotEqualTo(first.revision());
        assertThatThrownBy(() -> store.replace(document("one", 3, "", "third"), first.revision()))
                .isInstanceOf(RevisionConflict.class)
                .hasMessageContaining("one");
        assertThatThrownBy(() -> store.replace(document("absent", 3, "", "third"), 1))
                .isInstanceOf(RevisionConflict.class);
        assertSame(store.get(key("one")).orElseThrow(), second);
    }

    @Test
    void deletesOnlyTheExpectedRevisionAndTheAttachmentsWithIt() {
        var first = store.create(document("one", 1, "", "first"));
        var second = store.replace(document("one", 2, "", "second"), first.revision());
        store.attach(key("one"), "code", new byte[] {1});
        assertThatThrownBy(() -> store.delete(key("one"), first.revision())).isInstanceOf(RevisionConflict.class);
        assertThat(store.attachment(key("one"), "code")).isPresent();
        store.delete(key("one"), second.revision());
        assertThat(store.get(key("one"))).isEmpty();
        assertThat(store.attachment(key("one"), "code")).isEmpty();
        assertThatThrownBy(() -> store.delete(key("one"), second.revision())).isInstanceOf(RevisionConflict.class);
    }

    @Test
    void neverUsesARevisionTwiceAlsoWhenADocumentComesBack() {
        var seen = new HashSet<Long>();
        for (var i = 0; i < 5; i++) {
            var created = store.create(document("phoenix", 1, "", "x"));
            var replaced = store.replace(document("phoenix", 1, "", "y"), created.revision());
            assertThat(seen.add(created.revision())).isTrue();
            assertThat(seen.add(replaced.revision())).isTrue();
            store.delete(key("phoenix"), replaced.revision());
            store = reopen(store);
        }
    }

    @Test
    void ofManyWhoReplaceOneWinsEachTime() throws InterruptedException {
        store.create(document("counter", 1, "", "0"));
        var threads = new ArrayList<Thread>();
        for (var t = 0; t < 4; t++) {
            threads.add(Thread.ofVirtual().start(() -> IntStream.range(0, 25).forEach(i -> increment())));
        }
        for (var thread : threads) {
            assertThat(thread.join(PATIENCE)).isTrue();
        }
        assertThat(store.get(key("counter")).orElseThrow().body())
                .asString(UTF_8)
                .isEqualTo("100");
    }

    private void increment() {
        while (true) {
            var present = store.get(key("counter")).orElseThrow();
            var next = Integer.parseInt(new String(present.body(), UTF_8)) + 1;
            try {
                store.replace(document("counter", next, "", Integer.toString(next)), present.revision());
                return;
            } catch (RevisionConflict e) {
                // somebody else was first: again with theirs
            }
        }
    }

    @Test
    void createAllLeavesWhatIsThereAndSaysSo() {
        store.create(document("b", 1, "", "first"));
        var created = store.createAll(List.of(
                document("a", 1, "", "second"),
                document("b", 1, "", "second"),
                document("c", 1, "", "second"),
                document("c", 1, "", "third")));
        assertThat(created).containsExactly(true, false, true, false);
        assertThat(store.get(key("b")).orElseThrow().body()).asString(UTF_8).isEqualTo("first");
        assertThat(store.get(key("c")).orElseThrow().body()).asString(UTF_8).isEqualTo("second");
    }

    @Test
    void ofManyWhoCreateTheSameExactlyOneWins() throws InterruptedException {
        var won = new AtomicInteger();
        var threads = new ArrayList<Thread>();
        for (var t = 0; t < 8; t++) {
            var all = IntStream.range(0, 50)
                    .mapToObj(i -> document("p" + i, 1, "", "x"))
                    .toList();
            threads.add(
                    Thread.ofVirtual().start(() -> won.addAndGet(Collections.frequency(store.createAll(all), true))));
        }
        for (var thread : threads) {
            assertThat(thread.join(PATIENCE)).isTrue();
        }
        assertThat(won).hasValue(50);
    }

    @Test
    void listsNewestFirstAndThenById() {
        for (var i : shuffled(20)) {
            store.create(document("id%02d".formatted(i), i / 2, "", "x"));
        }
        assertThat(ids(ListQuery.all(ENTITIES, GUEST)))
                .hasSize(20)
                .startsWith("id19", "id18", "id17")
                .endsWith("id01", "id00");
    }

    @Test
    void listsBySinceUptoSkipAndLimitAndCountsTheSame() {
        for (var i : shuffled(20)) {
            store.create(document("id%02d".formatted(i), 100 + i, "", "x"));
        }
        assertListed(query(Optional.empty(), 105, 108, 0, 100), "id08", "id07", "id06", "id05");
        assertListed(query(Optional.empty(), 105, 108, 1, 2), "id07", "id06");
        assertListed(query(Optional.empty(), 0, 101, 0, 1), "id01");
        assertListed(query(Optional.empty(), 119, Long.MAX_VALUE, 0, 10), "id19");
        assertListed(query(Optional.empty(), 0, Long.MAX_VALUE, 19, 10), "id00");
        assertListed(query(Optional.empty(), 0, Long.MAX_VALUE, 50, 10));
        assertListed(query(Optional.empty(), 0, Long.MAX_VALUE, 0, 0));
        assertListed(query(Optional.empty(), 200, 100, 0, 10));
    }

    @Test
    void listsByLabel() {
        store.create(document("a", 1, "guest/hello", "x"));
        store.create(document("b", 2, "guest/hello2", "x"));
        store.create(document("c", 3, "guest/hello", "x"));
        assertListed(query(Optional.of("guest/hello"), 0, Long.MAX_VALUE, 0, 10), "c", "a");
        assertListed(query(Optional.of("guest/hello"), 2, Long.MAX_VALUE, 0, 10), "c");
        assertListed(query(Optional.of("guest"), 0, Long.MAX_VALUE, 0, 10));
        assertListed(query(Optional.of(""), 0, Long.MAX_VALUE, 0, 10));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "it's",
                "\"quoted\"",
                "100%",
                "_",
                "%",
                "a\\b",
                "a\nb",
                "nul\u0000behind",
                "\u0000",
                "; DROP TABLE x --",
                "héllo",
                "日本語",
                "😀",
                "' OR '1'='1"
            })
    void keepsHostileLabelsAndIdsApart(String hostile) {
        store.create(document(hostile, 1, hostile, "x"));
        store.create(document("plain", 2, "plain", "x"));
        store.create(document("nul", 2, "nul", "x"));
        assertListed(query(Optional.of(hostile), 0, Long.MAX_VALUE, 0, 10), hostile);
        var found = store.get(key(hostile)).orElseThrow();
        assertThat(found.label()).isEqualTo(hostile);
        store.attach(key(hostile), hostile, new byte[] {7});
        assertThat(store.attachment(key(hostile), hostile).orElseThrow()).containsExactly(7);
        assertThat(store.attachment(key("plain"), hostile)).isEmpty();
    }

    @Test
    void keepsNamespacesAndCollectionsApart() {
        store.create(document("same", 1, "l", "mine"));
        store.create(new NewDocument(new DocumentKey(ENTITIES, OTHER, "same"), 1, "l", bytes("theirs")));
        store.create(new NewDocument(new DocumentKey(ACTIVATIONS, GUEST, "same"), 1, "l", bytes("a run")));
        store.create(new NewDocument(new DocumentKey(PLACEMENTS, GUEST, "same"), 1, "l", bytes("a place")));
        store.attach(key("same"), "code", bytes("mine"));
        assertThat(body(new DocumentKey(ENTITIES, OTHER, "same"))).isEqualTo("theirs");
        assertThat(body(new DocumentKey(ACTIVATIONS, GUEST, "same"))).isEqualTo("a run");
        assertThat(store.list(ListQuery.all(ENTITIES, OTHER)))
                .hasSize(1)
                .allMatch(one -> one.key().namespace().equals(OTHER));
        assertThat(store.count(query(Optional.of("l"), 0, 9, 0, 9))).isEqualTo(1);
        assertThat(store.attachment(new DocumentKey(ENTITIES, OTHER, "same"), "code"))
                .isEmpty();
    }

    @Test
    void keepsAttachmentsUpToFortyEightMebibytes() {
        var bytes = new byte[48 * MEBIBYTE];
        new Random(1).nextBytes(bytes);
        store.attach(key("big"), "code", bytes);
        store.attach(key("big"), "empty", new byte[0]);
        store = reopen(store);
        assertThat(store.attachment(key("big"), "code").orElseThrow()).isEqualTo(bytes);
        assertThat(store.attachment(key("big"), "empty").orElseThrow()).isEmpty();
    }

    @Test
    void replacesAndDeletesAttachments() {
        store.attach(key("one"), "code", bytes("first"));
        store.attach(key("one"), "code", bytes("second"));
        store.attach(key("one"), "other", bytes("other"));
        assertThat(store.attachment(key("one"), "code").orElseThrow())
                .asString(UTF_8)
                .isEqualTo("second");
        store.deleteAttachment(key("one"), "code");
        store.deleteAttachment(key("one"), "code");
        assertThat(store.attachment(key("one"), "code")).isEmpty();
        assertThat(store.attachment(key("one"), "other")).isPresent();
    }

    @Test
    void keepsAnyBytesInABody() {
        var body = new byte[256];
        for (var i = 0; i < body.length; i++) {
            body[i] = (byte) i;
        }
        store.create(new NewDocument(key("bytes"), 1, "", body));
        store.create(new NewDocument(key("empty"), 1, "", new byte[0]));
        assertThat(store.get(key("bytes")).orElseThrow().body()).isEqualTo(body);
        assertThat(store.get(key("empty")).orElseThrow().body()).isEmpty();
    }

    @Test
    void readersAndWritersOnManyThreadsSeeEveryAnsweredWrite() throws InterruptedException {
        var threads = new ArrayList<Thread>();
        var seen = new AtomicInteger();
        for (var t = 0; t < 16; t++) {
            var name = "t" + t + "-";
            threads.add(Thread.ofVirtual().start(() -> {
                for (var i = 0; i < 25; i++) {
                    store.create(document(name + i, i, name, "x"));
                    if (store.get(key(name + i)).isPresent()
                            && store.count(query(Optional.of(name), 0, Long.MAX_VALUE, 0, 1000)) == i + 1) {
                        seen.incrementAndGet();
                    }
                }
            }));
        }
        for (var thread : threads) {
            assertThat(thread.join(PATIENCE)).isTrue();
        }
        assertThat(seen).hasValue(16 * 25);
    }

    private void assertListed(ListQuery query, String... ids) {
        assertThat(ids(query)).containsExactly(ids);
        assertThat(store.count(query)).isEqualTo(ids.length);
    }

    private List<String> ids(ListQuery query) {
        return store.list(query).stream().map(one -> one.key().id()).toList();
    }

    private static ListQuery query(Optional<String> label, long since, long upto, int skip, int limit) {
        return new ListQuery(ENTITIES, GUEST, label, since, upto, skip, limit);
    }

    private String body(DocumentKey key) {
        return new String(store.get(key).orElseThrow().body(), UTF_8);
    }

    private static void assertSame(Document actual, Document expected) {
        assertThat(actual).usingRecursiveComparison().isEqualTo(expected);
    }

    private static List<Integer> shuffled(int count) {
        var numbers = new ArrayList<>(IntStream.range(0, count).boxed().toList());
        Collections.shuffle(numbers, new Random(4));
        return numbers;
    }

    protected static DocumentKey key(String id) {
        return new DocumentKey(ENTITIES, GUEST, id);
    }

    protected static NewDocument document(String id, long time, String label, String body) {
        return new NewDocument(key(id), time, label, bytes(body));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
