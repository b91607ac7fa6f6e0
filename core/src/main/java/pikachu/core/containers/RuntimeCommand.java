package pikachu.core.containers;

import java.util.List;

/**
 * How the action proxy of a kind is started. The driver appends {@code --unix PATH} or {@code --tcp HOST:PORT}.
 *
 * @param kind {@code python:3.11}
 */
public record RuntimeCommand(String kind, List<String> arguments) {
    public RuntimeCommand {
        arguments = List.copyOf(arguments);
    }
}
