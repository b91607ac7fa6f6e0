package pikachu.cli.commands;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import pikachu.cli.client.Json;
import tools.jackson.databind.node.ObjectNode;

/** What create and update say of an action. What is not said is not sent, so an update keeps it. */
final class ActionFields {
    @Parameters(index = "0", paramLabel = "NAME", description = "NAME, PACKAGE/NAME or /NAMESPACE/[PACKAGE/]NAME")
    String name = "";

    @Option(names = "--kind", paramLabel = "KIND", description = "like python:default; else by the file's ending")
    Optional<String> kind = Optional.empty();

    @Option(names = "--native", description = "an executable or a script, or a .zip with one named exec")
    boolean isNative;

    @Option(names = "--main", paramLabel = "MAIN", description = "the entry point (default: main)")
    Optional<String> main = Optional.empty();

    @Option(
            names = {"-p", "--param"},
            arity = "2",
            paramLabel = "KEY VALUE",
            hideParamSyntax = true,
            description = "a default parameter; a value that is JSON is sent as such")
    List<String> parameters = new ArrayList<>();

    @Option(
            names = {"-P", "--param-file"},
            paramLabel = "FILE",
            description = "default parameters, a JSON object")
    Optional<Path> parameterFile = Optional.empty();

    @Option(
            names = {"-a", "--annotation"},
            arity = "2",
            paramLabel = "KEY VALUE",
            hideParamSyntax = true,
            description = "an annotation")
    List<String> annotations = new ArrayList<>();

    @Option(
            names = {"-A", "--annotation-file"},
            paramLabel = "FILE",
            description = "annotations, a JSON object")
    Optional<Path> annotationFile = Optional.empty();

    @Option(
            names = {"-t", "--timeout"},
            paramLabel = "MS",
            description = "time limit, milliseconds")
    Optional<Integer> timeout = Optional.empty();

    @Option(
            names = {"-m", "--memory"},
            paramLabel = "MB",
            description = "memory limit")
    Optional<Integer> memory = Optional.empty();

    @Option(
            names = {"-l", "--logsize"},
            paramLabel = "MB",
            description = "limit of the log")
    Optional<Integer> logs = Optional.empty();

    @Option(
            names = {"-c", "--concurrency"},
            paramLabel = "N",
            description = "activations that share a container")
    Optional<Integer> concurrency = Optional.empty();

    ObjectNode body(Optional<Path> file) {
        var body = Json.object();
        file.ifPresent(path -> body.set("exec", new Code(path).exec(isNative ? Optional.of(Code.NATIVE) : kind, main)));
        addPairs(body, "parameters", parameterFile, parameters);
        addPairs(body, "annotations", annotationFile, annotations);
        var limits = Json.object();
        timeout.ifPresent(value -> limits.put("timeout", value));
        memory.ifPresent(value -> limits.put("memory", value));
        logs.ifPresent(value -> limits.put("logs", value));
        concurrency.ifPresent(value -> limits.put("concurrency", value));
        if (!limits.isEmpty()) {
            body.set("limits", limits);
        }
        return body;
    }

    private static void addPairs(ObjectNode body, String field, Optional<Path> file, List<String> pairs) {
        if (file.isPresent() || !pairs.isEmpty()) {
            body.set(field, KeyValues.list(KeyValues.object(file, pairs)));
        }
    }
}
