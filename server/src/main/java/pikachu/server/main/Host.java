package pikachu.server.main;

import java.util.function.LongSupplier;
import pikachu.containers.host.Identity;
import pikachu.containers.host.Reach;
import pikachu.containers.host.RunFolder;
import pikachu.containers.host.Slice;
import pikachu.containers.loopback.LoopbackNetwork;
import pikachu.containers.process.ProcessDriver;
import pikachu.core.names.InvokerId;

/**
 * What one invoker has of this machine: its slice, and what is made from it. Closed after the invoker, which closes the
 * driver and the network.
 */
record Host(Slice slice, RunFolder folder, Identity identity, ProcessDriver driver, LoopbackNetwork network)
        implements AutoCloseable {
    static Host on(Slice slice) {
        var folder = RunFolder.open(slice);
        var identity = Identity.ofThisProcess(slice);
        LongSupplier nanos = System::nanoTime;
        return new Host(
                slice, folder, identity, new ProcessDriver(slice, folder, identity), new LoopbackNetwork(slice, nanos));
    }

    /** What the functions' users can reach of this machine. */
    Reach reach() {
        return new Reach(identity);
    }

    /** An invoker is numbered as its slice is. */
    InvokerId invoker() {
        return new InvokerId(slice.number());
    }

    @Override
    public void close() {
        folder.close();
        slice.close();
    }
}
