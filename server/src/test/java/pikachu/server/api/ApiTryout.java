package pikachu.server.api;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import pikachu.core.names.NamespaceName;
import pikachu.server.controller.PlatformLimits;
import pikachu.server.controller.Subjects;
import pikachu.server.entities.Kinds;

/** An API over nothing, to be tried by hand or under load: {@code ApiTryout PORT [SECONDS]}. */
final class ApiTryout {
    private ApiTryout() {}

    static final String KEY = "23bc46b1-71f6-4ed5-8c54-816aa4f8c502:"
            + "123zO3xZCLrMN6v2BKK1dXYFpXlPkccOFqm12CdAsMgRU4VrNZ9lyGVCGuMDGIwP";

    static final Kinds KINDS = new Kinds(List.of(Kinds.family("python", List.of("3.13", "3.11"))));

    public static void main(String[] args) throws Exception {
        int port = Integer.parseInt(args[0]);
        var store = new SwitchedStore();
        var guest = Subjects.identity("guest", new NamespaceName("guest"), KEY);
        new Subjects(store).ensure(guest, 0);
        var config =
                ApiConfig.local(port, KINDS).with(PlatformLimits.standalone().withRates(Integer.MAX_VALUE, 1_000));
        try (var server = new ApiServer(config, store, new ScriptedInvocations(false), InstantSource.system())) {
            server.start();
            report(server.port());
            Thread.sleep(Duration.ofSeconds(args.length > 1 ? Long.parseLong(args[1]) : 60));
        }
    }

    private static void report(int port) throws Exception {
        long started =
                ProcessHandle.current().info().startInstant().orElseThrow().toEpochMilli();
        long listening = System.currentTimeMillis();
        try (var client = HttpClient.newHttpClient()) {
            client.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/ping"))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        }
        System.out.println("listening after " + (listening - started)
                + " ms, first answer to this JVM's own client after " + (System.currentTimeMillis() - started) + " ms");
    }
}
