package pikachu.cli.commands;

import picocli.CommandLine.Option;

/** Which part of a list. */
final class Page {
    @Option(
            names = {"-s", "--skip"},
            paramLabel = "N",
            description = "leave out the first N")
    int skip;

    @Option(
            names = {"-l", "--limit"},
            paramLabel = "N",
            description = "at most N (default: 30)")
    int limit = 30;

    String query() {
        return "?limit=" + limit + "&skip=" + skip;
    }
}
