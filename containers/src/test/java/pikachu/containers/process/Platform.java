package pikachu.containers.process;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import pikachu.containers.host.Identity;
import pikachu.containers.host.RunFolder;
import pikachu.containers.host.Slice;
import pikachu.core.containers.ContainerSpec;
import pikachu.core.containers.ContainerSpec.Folders;
import pikachu.core.containers.Endpoint;
import pikachu.core.containers.RuntimeCommand;
import pikachu.core.names.NamespaceName;

/** A platform of its own to be killed: starts containers, says so on its output, and waits. */
final class Platform {
    private Platform() {}

    /** Arguments: slice, parent of the run folder, ground, mark, number of containers, the runtime's program. */
    public static void main(String[] arguments) throws Exception {
        var slice = Slice.take(Integer.parseInt(arguments[0])).orElseThrow();
        var runFolder = RunFolder.open(Path.of(arguments[1]), slice);
        var driver = new ProcessDriver(slice, runFolder, Identity.ofThisProcess(slice));
        var ground = Path.of(arguments[2]);
        var folders = new Folders(ground.resolve("directory"), ground.resolve("channel"), Map.of());
        for (int number = 0; number < Integer.parseInt(arguments[4]); number++) {
            var command = new RuntimeCommand(
                    "python:default", List.of("/usr/bin/python3", "-S", "-E", "-I", "-c", arguments[5], arguments[3]));
            driver.start(new ContainerSpec(
                    number,
                    new NamespaceName("guest"),
                    command,
                    new Endpoint.OnHost("127.64.0.1"),
                    folders,
                    256,
                    Map.of()));
        }
        System.out.println("started");
        System.in.read();
    }
}
