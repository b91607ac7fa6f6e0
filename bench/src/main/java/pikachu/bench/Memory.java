package pikachu.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/**
 * Proportional set size: pages shared by several processes count in parts, so that sums are true.
 *
 * @param jvmKb the platform itself
 * @param containersKb everything that it started
 * @param containers how many processes that is
 * @param unreadable processes of other users that this one may not look into
 */
record Memory(long jvmKb, long containersKb, int containers, int unreadable) {
    static Memory of(ProcessHandle platform) {
        var below = platform.descendants().toList();
        var sizes = below.stream().map(process -> pss(process.pid())).toList();
        return new Memory(
                pss(platform.pid())
                        .orElseThrow(() -> new IllegalStateException("Cannot read /proc/" + platform.pid()
                                + "/smaps_rollup: memory is measured on Linux only.")),
                sum(sizes),
                (int) sizes.stream().filter(OptionalLong::isPresent).count(),
                (int) sizes.stream().filter(OptionalLong::isEmpty).count());
    }

    private static long sum(List<OptionalLong> sizes) {
        return sizes.stream().mapToLong(size -> size.orElse(0)).sum();
    }

    private static OptionalLong pss(long pid) {
        try {
            return Files.readAllLines(Path.of("/proc/" + pid + "/smaps_rollup")).stream()
                    .filter(line -> line.startsWith("Pss:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst();
        } catch (IOException e) {
            // it ended meanwhile, or belongs to somebody else; it is counted as unreadable
            return OptionalLong.empty();
        }
    }
}
