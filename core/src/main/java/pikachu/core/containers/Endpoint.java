package pikachu.core.containers;

import java.nio.file.Path;

/** A place on a namespace's network. {@code address} is numeric IPv4. */
public sealed interface Endpoint {
    String address();

    /** An address of the host itself: whoever holds it sees the host's interfaces. */
    record OnHost(String address) implements Endpoint {}

    /**
     * An address with a kernel network namespace of its own, in which the container's processes run. A driver that
     * cannot enter one refuses to start such a container.
     *
     * @param networkNamespace the file to enter it by
     */
    record Enclosed(String address, Path networkNamespace) implements Endpoint {}
}
