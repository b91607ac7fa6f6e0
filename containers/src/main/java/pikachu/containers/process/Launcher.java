package pikachu.containers.process;

import java.io.File;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import pikachu.containers.host.Identity;
import pikachu.containers.host.Reach;
import pikachu.core.containers.Container;
import pikachu.core.containers.ContainerFailure;
import pikachu.core.containers.ContainerSpec;

/** Makes a container's folders and pipes, and starts its process. */
final class Launcher implements AutoCloseable {
    private static final File NOTHING = new File("/dev/null");
    private static final int SECONDS = 10;

    private final Identity identity;
    private final CommandLine commandLine;
    private final HostFolders hostFolders;
    private final Members members;
    private final Starter starter = new Starter();

    Launcher(Identity identity, Reach reach, Members members) {
        this.identity = identity;
        this.commandLine = new CommandLine(identity);
        this.hostFolders = new HostFolders(identity, reach);
        this.members = members;
    }

    Container launch(ContainerSpec spec, ContainerFolder folder, int group, Consumer<Process> end) {
        int user = identity.user(spec.number());
        folder.make(user, group);
        hostFolders.open(spec.folders(), user, group);
        try {
            Volumes.link(folder.volumes(), spec.folders().volumes());
        } catch (IOException failure) {
            throw new ContainerFailure("Could not link the volumes of " + spec.folders(), failure);
        }
        var stdout = Output.open(folder.path().resolve("stdout"), user);
        try {
            var stderr = Output.open(folder.path().resolve("stderr"), user);
            try {
                return launch(spec, folder, builder(spec, folder, group), stdout, stderr, end);
            } catch (RuntimeException failure) {
                stderr.close();
                throw failure;
            }
        } catch (RuntimeException failure) {
            stdout.close();
            throw failure;
        }
    }

    private ProcessBuilder builder(ContainerSpec spec, ContainerFolder folder, int group) {
        var builder = new ProcessBuilder(commandLine.of(spec, group, folder.control()))
                .directory(folder.home().toFile())
                .redirectInput(NOTHING);
        builder.environment().clear();
        builder.environment().putAll(CommandLine.environment(spec, folder, members.marker(spec.number())));
        return builder;
    }

    private Container launch(
            ContainerSpec spec,
            ContainerFolder folder,
            ProcessBuilder builder,
            Output stdout,
            Output stderr,
            Consumer<Process> end) {
        builder.redirectOutput(stdout.writingEnd()).redirectError(stderr.writingEnd());
        var process = starter.start(builder);
        try {
            stdout.started();
            stderr.started();
        } catch (RuntimeException failure) {
            process.destroyForcibly();
            throw failure;
        }
        return new ProcessContainer(spec, folder, process, stdout.stream(), stderr.stream(), () -> end.accept(process));
    }

    /**
     * Runs a command as the container's user and waits for its end: one that outlived the call could meet the next
     * container with that user.
     *
     * @return whether it succeeded in time
     */
    boolean runAs(int container, List<String> command) {
        var line = commandLine.become(container, identity.group(container));
        line.addAll(command);
        var process = starter.start(new ProcessBuilder(line)
                .redirectInput(NOTHING)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD));
        try {
            return process.waitFor(SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new ContainerFailure("Interrupted while running " + line, interrupted);
        } finally {
            process.destroyForcibly();
        }
    }

    @Override
    public void close() {
        starter.close();
    }
}
