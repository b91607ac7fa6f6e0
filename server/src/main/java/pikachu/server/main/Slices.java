package pikachu.server.main;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import pikachu.containers.host.Slice;

/**
 * Which slices of this machine a data folder's platform uses. The folder remembers them, so that a new life takes those of
 * the one before and sweeps what that left; others are the first that are free.
 */
final class Slices {
    private final Path file;

    Slices(Path data) {
        this.file = data.resolve("slices");
    }

    Taken take(int count) throws IOException {
        var free = remembered().stream()
                .flatMap(number -> Slice.take(number).stream())
                .toList();
        var used = new ArrayList<>(free.subList(0, Math.min(count, free.size())));
        while (used.size() < count) {
            used.add(Slice.firstFree(0));
        }
        var leftOver = free.subList(Math.min(count, free.size()), free.size());
        remember(Stream.concat(used.stream(), leftOver.stream()).toList());
        return new Taken(used, leftOver);
    }

    /** What a next life has to sweep, at one stroke. */
    void remember(List<Slice> slices) throws IOException {
        var fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.writeString(
                fresh, slices.stream().map(slice -> slice.number() + "\n").collect(Collectors.joining()));
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Those of the platform that uses this data folder, or did when it ended. */
    Collection<Integer> numbers() throws IOException {
        return remembered();
    }

    private SortedSet<Integer> remembered() throws IOException {
        if (!Files.exists(file)) {
            return new TreeSet<>();
        }
        return Files.readAllLines(file).stream()
                .filter(line -> line.matches("[0-9]{1,4}"))
                .map(Integer::valueOf)
                .filter(number -> number < Slice.COUNT)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /**
     * @param used by the invokers of this life
     * @param leftOver held by the life before, to be swept and given back
     */
    record Taken(List<Slice> used, List<Slice> leftOver) {
        Taken {
            used = List.copyOf(used);
            leftOver = List.copyOf(leftOver);
        }
    }
}
