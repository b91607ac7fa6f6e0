package pikachu.core.containers;

/** A place on a namespace's network. {@code address} is numeric IPv4. */
public record Endpoint(String address) {}
