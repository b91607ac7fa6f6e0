package pikachu.core.containers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import pikachu.core.containers.ContainerSpec.Folders;
import pikachu.core.containers.ContainerSpec.Volume;
import pikachu.core.names.NamespaceName;

/** What every driver must do, tried with real processes. Python is expected at /usr/bin/python3. */
public abstract class ContainerDriverContract {
    protected static final NamespaceName GUEST = new NamespaceName("guest");
    private static final Duration DEADLINE = Duration.ofSeconds(20);

    /** Found in the command line of every process that a test's containers have. */
    protected final String mark = "mark-" + UUID.randomUUID();

    protected ContainerDriver driver;
    protected Network network;

    /** Fresh ones, of a slice or the like that nobody else uses; closed by this class. */
    protected abstract ContainerDriver newDriver();

    protected abstract Network newNetwork();

    /** An existing folder in which the test makes those of the invoker; containers can pass through it. */
    protected abstract Path ground();

    @BeforeEach
    void open() {
        driver = newDriver();
        network = newNetwork();
    }

    @AfterEach
    void leaveNothing() {
        driver.close();
        network.close();
        assertThat(living()).isEmpty();
    }

    @Test
    void listensOnItsControlAddress() {
        var container = start(1);
        assertThat(Talkative.ask(container, "say('here')")).isEqualTo("here");
    }

    @Test
    void bindsItsOwnAddressAndIsReachedByAnother() {
        var one = start(1);
        var two = start(2);
        var address = one.spec().endpoint().address();
        Talkative.ask(one, "s = socket.create_server(('" + address + "', 8000)); kept.append(s)");
        Talkative.tell(one, "c, _ = kept[0].accept(); c.sendall(b'hello'); c.close()");
        var heard = Talkative.ask(two, "say(socket.create_connection(('" + address + "', 8000), 5).recv(9).decode())");
        assertThat(heard).isEqualTo("hello");
    }

    @Test
    void seesNoEnvironmentButWhatIsGiven() {
        var container = start(1, Map.of("__OW_API_HOST", "http://a b'\"$(c):1\n"), Map.of());
        assertThat(Talkative.ask(container, "say(repr(os.environ['__OW_API_HOST']))"))
                .isEqualTo("'http://a b\\'\"$(c):1\\n'");
        var inherited = new HashMap<>(System.getenv());
        inherited.keySet().removeAll(List.of("PATH", "HOME", "LANG", "PWD", "TMPDIR", "HOSTNAME"));
        assertThat(inherited).isNotEmpty();
        var names = Talkative.ask(container, "say(' '.join(os.environ))").split(" ");
        assertThat(names).doesNotContainAnyElementsOf(inherited.keySet());
        assertThat(Talkative.ask(container, "say(os.path.isdir(os.environ['HOME']), os.environ['PATH'] != '')"))
                .isEqualTo("True True");
    }

    @Test
    void neverRunsCodeAsRoot() {
        var container = start(1);
        assertThat(Talkative.ask(container, "say(os.getuid() != 0, os.geteuid() != 0, os.getgid() != 0)"))
                .isEqualTo("True True True");
        var status = "say([l.split()[1] for l in open('/proc/self/status') if l[:6] in ('CapEff', 'NoNewP')])";
        assertThat(Talkative.ask(container, status)).isEqualTo("['0000000000000000', '1']");
    }

    @Test
    void writesInItsHomeAndTemporaryFolder() {
        var container = start(1);
        assertThat(Talkative.ask(container, "open('here', 'w').write('x'); say(os.path.exists('here'))"))
                .isEqualTo("True");
        assertThat(Talkative.ask(container, "import tempfile; say(tempfile.NamedTemporaryFile().write(b'x'))"))
                .isEqualTo("1");
    }

    @Test
    void hasNothingOpenButItsOutput() {
        var container = start(1);
        assertThat(Talkative.ask(container, "say(os.readlink('/proc/self/fd/0'))"))
                .isEqualTo("/dev/null");
        // its listener, this connection and the listing are its own
        assertThat(Talkative.ask(container, "say(len(os.listdir('/proc/self/fd')) <= 6)"))
                .isEqualTo("True");
    }

    @Test
    void reportsTheExitCode() throws Exception {
        var container = start(1);
        Talkative.tell(container, "os._exit(7)");
        assertThat(exit(container)).isEqualTo(new Container.Exit(7, false));
    }

    @Test
    void reportsTheSignal() throws Exception {
        var container = start(1);
        Talkative.tell(container, "os.kill(os.getpid(), 15); os.kill(os.getpid(), 9)");
        assertThat(exit(container).code()).isIn(128 + 15, 128 + 9);
    }

    @Test
    void reportsAnExitWithinTensOfMilliseconds() throws Exception {
        long fastest = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            try (var container = start(1)) {
                var seen = container.exited().thenApply(exit -> System.nanoTime());
                Talkative.tell(container, "os._exit(0)");
                long told = System.nanoTime();
                fastest = Math.min(fastest, seen.get(20, TimeUnit.SECONDS) - told);
                network.release(container.spec().endpoint());
            }
        }
        assertThat(Duration.ofNanos(fastest)).isLessThan(Duration.ofMillis(50));
    }

    @Test
    void deliversOutputUntilTheLastWriterIsGone() throws Exception {
        var container = start(1);
        var stdout = read(container.stdout());
        var stderr = read(container.stderr());
        var writes = """
                import time
                os.write(1, b'out ')
                os.write(2, b'err')
                if os.fork() == 0:
                    time.sleep(0.2)
                    os.write(1, b'late')
                os._exit(0)
                """;
        Talkative.tell(container, writes);
        assertThat(stdout.get(20, TimeUnit.SECONDS)).isEqualTo("out late");
        assertThat(stderr.get(20, TimeUnit.SECONDS)).isEqualTo("err");
    }

    @Test
    void deliversWhatWasWrittenBeforeTheClose() throws Exception {
        var container = start(1);
        Talkative.ask(container, "os.write(1, b'last words')");
        container.close();
        assertThat(read(container.stdout()).get(20, TimeUnit.SECONDS)).isEqualTo("last words");
        assertThat(read(container.stderr()).get(20, TimeUnit.SECONDS)).isEmpty();
    }

    @Test
    void leavesNoProcessOfFiftyChildren() {
        var container = start(1);
        var fork = """
                import time
                for _ in range(50):
                    if os.fork() == 0: time.sleep(600)
                say('done')
                """;
        assertThat(Talkative.ask(container, fork)).isEqualTo("done");
        assertThat(living()).hasSizeGreaterThanOrEqualTo(51);
        container.close();
        assertThat(living()).isEmpty();
    }

    @Test
    void leavesNoProcessThatIgnoresTermination() {
        var container = start(1);
        var child = """
                import signal, time
                if os.fork() == 0:
                    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 32))
                    time.sleep(600)
                say('done')
                """;
        assertThat(Talkative.ask(container, child)).isEqualTo("done");
        container.close();
        assertThat(living()).isEmpty();
    }

    @Test
    void leavesNoProcessThatDetachedItself() {
        var container = start(1);
        var daemon = """
                import time
                if os.fork() == 0:
                    os.setsid()
                    if os.fork(): os._exit(0)
                    os.closerange(0, 64)
                    os.chdir('/')
                    time.sleep(600)
                os.wait()
                say('done')
                """;
        assertThat(Talkative.ask(container, daemon)).isEqualTo("done");
        assertThat(living()).hasSizeGreaterThanOrEqualTo(2);
        container.close();
        assertThat(living()).isEmpty();
    }

    @Test
    void leavesNoProcessOfAMainThatEndedByItself() throws Exception {
        var container = start(1);
        var orphan = """
                import time
                if os.fork() == 0:
                    os.setsid()
                    time.sleep(600)
                os._exit(0)
                """;
        Talkative.tell(container, orphan);
        exit(container);
        container.close();
        assertThat(living()).isEmpty();
    }

    @Test
    void closesOnceForAllWhoCall() throws Exception {
        var container = start(1);
        try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            var calls = new ArrayList<Future<Integer>>();
            for (int i = 0; i < 8; i++) {
                calls.add(callers.submit(() -> {
                    container.close();
                    return living().size();
                }));
            }
            for (var call : calls) {
                assertThat(call.get(20, TimeUnit.SECONDS)).isZero();
            }
        }
    }

    @Test
    void refusesANumberInUseAndTakesItOnceClosed() {
        var first = start(1);
        assertThatThrownBy(() -> start(1)).isInstanceOf(ContainerFailure.class).hasMessageContaining("1");
        assertThat(Talkative.ask(first, "say('unharmed')")).isEqualTo("unharmed");
        first.close();
        assertThat(Talkative.ask(start(1), "say('again')")).isEqualTo("again");
    }

    @Test
    void leavesNothingOfWhatCouldNotBeStarted() {
        var impossible = new RuntimeCommand("none:1", List.of("/no/such/program"));
        var spec = new ContainerSpec(1, GUEST, impossible, network.attach(GUEST), folders(1, Map.of()), 256, Map.of());
        assertThatThrownBy(() -> driver.start(spec))
                .isInstanceOf(ContainerFailure.class)
                .hasMessageContaining("/no/such/program");
        assertThat(Talkative.ask(start(1), "say('here')")).isEqualTo("here");
    }

    @Test
    void seesItsVolumes() throws Exception {
        var data = Files.createDirectory(ground().resolve("data"));
        Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.writeString(data.resolve("file"), "content");
        Files.setPosixFilePermissions(data.resolve("file"), PosixFilePermissions.fromString("rw-r--r--"));
        var container = start(1, Map.of(), Map.of("mine", new Volume(data, false)));
        var path = container.seen().volumes() + "/mine/file";
        assertThat(Talkative.ask(container, "say(open('" + path + "').read())")).isEqualTo("content");
    }

    @Test
    void readsItsDirectoryAndReachesItsChannel() throws Exception {
        var folders = folders(1, Map.of());
        var instances = Files.writeString(folders.directory().resolve("instances"), "#pikachu-directory 1\n");
        Files.setPosixFilePermissions(instances, PosixFilePermissions.fromString("rw-r--r--"));
        try (var listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            listener.bind(UnixDomainSocketAddress.of(folders.channel().resolve("s")));
            var container = start(spec(1, folders, Map.of()));
            var seen = container.seen();
            assertThat(Talkative.ask(container, "say(open('" + seen.directory() + "/instances').read())"))
                    .isEqualTo("#pikachu-directory 1");
            var connect = "s = socket.socket(socket.AF_UNIX); s.connect('" + seen.channel() + "/s'); say('through')";
            assertThat(Talkative.ask(container, connect)).isEqualTo("through");
        }
    }

    @Test
    void startsManyAtOnce() throws Exception {
        try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            var starts = IntStream.range(0, 32)
                    .mapToObj(number -> callers.submit(() -> Talkative.ask(start(number), "say(" + number + ")")))
                    .toList();
            for (int number = 0; number < starts.size(); number++) {
                assertThat(starts.get(number).get(60, TimeUnit.SECONDS)).isEqualTo("" + number);
            }
        }
    }

    @Test
    void sweepsNothingOfWhatIsItsOwn() {
        var container = start(1);
        assertThat(driver.sweep()).isEmpty();
        assertThat(Talkative.ask(container, "say('unharmed')")).isEqualTo("unharmed");
    }

    @Test
    void endsAllContainersWhenClosed() {
        start(1);
        start(2);
        driver.close();
        assertThat(living()).isEmpty();
        assertThatThrownBy(() -> start(3)).isInstanceOf(ContainerFailure.class);
    }

    protected final Container start(int number) {
        return start(number, Map.of(), Map.of());
    }

    private Container start(int number, Map<String, String> environment, Map<String, Volume> volumes) {
        return start(spec(number, folders(number, volumes), environment));
    }

    protected final Container start(ContainerSpec spec) {
        var container = driver.start(spec);
        Talkative.awaitListening(container);
        return container;
    }

    protected final ContainerSpec spec(int number, Folders folders, Map<String, String> environment) {
        return new ContainerSpec(
                number, GUEST, Talkative.command(mark), network.attach(GUEST), folders, 256, environment);
    }

    protected final Folders folders(int number, Map<String, Volume> volumes) {
        try {
            var directory = Files.createDirectories(ground().resolve("directory"));
            return new Folders(directory, Files.createDirectories(ground().resolve("channel" + number)), volumes);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    protected final String ask(Container container, String program) {
        return Talkative.ask(container, program);
    }

    private static Container.Exit exit(Container container) throws Exception {
        return container.exited().get(DEADLINE.toSeconds(), TimeUnit.SECONDS);
    }

    private static CompletableFuture<String> read(InputStream stream) {
        var text = new CompletableFuture<String>();
        Thread.ofVirtual().start(() -> {
            try (stream) {
                text.complete(new String(stream.readAllBytes(), StandardCharsets.UTF_8));
            } catch (IOException failure) {
                text.completeExceptionally(failure);
            }
        });
        return text;
    }

    /** The processes of this test's containers, found without asking the driver. */
    protected final List<Long> living() {
        return ProcessHandle.allProcesses()
                .filter(ProcessHandle::isAlive)
                .map(ProcessHandle::pid)
                .filter(this::isMarked)
                .toList();
    }

    private boolean isMarked(long pid) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/cmdline"), StandardCharsets.ISO_8859_1)
                    .contains(mark);
        } catch (IOException gone) {
            return false;
        }
    }
}
