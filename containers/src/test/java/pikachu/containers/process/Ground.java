package pikachu.containers.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import pikachu.containers.host.Identity;
import pikachu.containers.host.RunFolder;
import pikachu.containers.host.Slice;
import pikachu.containers.host.Trees;

/** A slice of the machine and a folder for one test. */
record Ground(Slice slice, Path path, RunFolder runFolder) implements AutoCloseable {
    static Ground take() throws IOException {
        var slice = Slice.firstFree(3000);
        var path = folder();
        return new Ground(slice, path, RunFolder.open(path.resolve("run"), slice));
    }

    /** One that the users of containers can pass through. */
    static Path folder() throws IOException {
        var path = Files.createTempDirectory(Path.of("/tmp"), "pk");
        return Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx--x--x"));
    }

    Identity identity() {
        return Identity.ofThisProcess(slice);
    }

    ProcessDriver driver() {
        return new ProcessDriver(slice, runFolder, identity());
    }

    @Override
    public void close() {
        runFolder.close();
        Trees.remove(path);
        slice.close();
    }
}
