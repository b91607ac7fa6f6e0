package pikachu.server.invoker;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pikachu.core.activations.ActivationRecord;
import pikachu.core.activations.Status;
import pikachu.core.containers.ContainerFailure;
import pikachu.core.instances.Ending;
import pikachu.core.loops.InvokerEvent;
import pikachu.core.store.NewDocument;
import pikachu.core.store.StoreUnavailable;

/**
 * What takes time in an activation: making its container, /init, /run, its logs and its record. Each call runs on a virtual
 * thread of its own and tells the invoker's loop what happened.
 */
final class ActivationRunner {
    private static final Logger LOG = LoggerFactory.getLogger(ActivationRunner.class);
    private static final long LOG_WAIT_MS = 2_000;
    private static final int BYTES_PER_MB = 1024 * 1024;

    /** Code longer than this is read and sent for one container at a time, since it is in memory twice meanwhile. */
    private static final int LARGE_CODE = BYTES_PER_MB;

    private static final int LARGE_AT_ONCE = 1;

    /** How often an update may take the code away while it is being read. */
    private static final int CODE_ATTEMPTS = 3;

    /** A caller who has waited nearly as long as he will gets his record written before it is announced. */
    private static final long WAIT_MARGIN_MS = 100;

    private final Hosting hosting;
    private final CodeSource codes;
    private final Deadlines deadlines;
    private final RecordWriter records;
    private final Function<ActivationRecord, NewDocument> form;
    private final LongSupplier clock;
    private final Sink sink;
    private final Semaphore large = new Semaphore(LARGE_AT_ONCE);

    ActivationRunner(
            Hosting hosting,
            CodeSource codes,
            Deadlines deadlines,
            RecordWriter records,
            Function<ActivationRecord, NewDocument> form,
            LongSupplier clock,
            Sink sink) {
        this.hosting = hosting;
        this.codes = codes;
        this.deadlines = deadlines;
        this.records = records;
        this.form = form;
        this.clock = clock;
        this.sink = sink;
    }

    /** Makes the container and initialises the action in it. */
    void prepare(Job job, HostedContainer hosted) {
        try {
            hosting.attach(hosted);
        } catch (RuntimeException e) {
            // Somebody else may have room; the controller sees to it that this is not asked for ever.
            sink.notStarted(job, hosted, String.valueOf(e.getMessage()));
            return;
        }
        sink.tell(placed(job, hosted));
        initialise(job, hosted);
    }

    /** Initialises the action in its container, which is started before if it is not a stem cell. */
    void initialise(Job job, HostedContainer hosted) {
        var ready = new AtomicReference<>(job);
        var failure = guarded(job, () -> makeReady(job, hosted, ready));
        if (failure.isEmpty()) {
            sink.ready(ready.get(), hosted);
        } else {
            if (hosted.isStopped()) {
                // It has not started, so it stays on the bus for the next life.
                hosted.abandon();
            }
            finish(ready.get(), hosted, failure.get(), clock.getAsLong());
        }
    }

    /** The activation has the container, whose address is known from now on. */
    InvokerEvent placed(Job job, HostedContainer hosted) {
        var deadline = clock.getAsLong() + job.timeoutMs();
        return new InvokerEvent.Placed(job.activation().id(), hosted.address(), RunRequest.INSTANCE_PORT, deadline);
    }

    /** Runs the action in its initialised container. */
    void run(Job job, HostedContainer hosted) {
        if (job.initMs().isEmpty()) {
            hosted.log().begin(logLimit(job));
        }
        var started = clock.getAsLong();
        var outcome = guarded(job, () -> Optional.of(callRun(job, hosted, started)));
        finish(job, hosted, outcome.orElseThrow(), started);
    }

    /** The activation ends without a container. */
    void fail(Job job, String why) {
        var now = clock.getAsLong();
        var outcome = Outcome.failed(Status.INTERNAL_ERROR, why, Ending.ERROR);
        var record = record(job, outcome, now, now);
        sink.tell(new InvokerEvent.Gone(job.activation().id(), outcome.ending()));
        records.add(form.apply(record), () -> tellFinished(job, record, true));
    }

    private static Optional<Outcome> guarded(Job job, Supplier<Optional<Outcome>> work) {
        try {
            return work.get();
        } catch (ContainerFailure e) {
            LOG.warn(
                    "event=container_not_made activation={} reason=\"{}\"",
                    job.activation().id(),
                    e.getMessage());
            return Optional.of(Outcome.failed(
                    Status.INTERNAL_ERROR, "Failed to provision resources to run the action.", Ending.ERROR));
        } catch (StoreUnavailable e) {
            LOG.warn(
                    "event=code_not_fetched activation={} reason=\"{}\"",
                    job.activation().id(),
                    e.getMessage());
            return Optional.of(Outcome.failed(Status.INTERNAL_ERROR, "Action could not be fetched.", Ending.ERROR));
        } catch (RuntimeException e) {
            LOG.error("event=activation_fault activation={}", job.activation().id(), e);
            return Optional.of(
                    Outcome.failed(Status.INTERNAL_ERROR, "The invoker failed while it ran the action.", Ending.ERROR));
        }
    }

    /** Empty when the action is ready to run. */
    private Optional<Outcome> makeReady(Job job, HostedContainer hosted, AtomicReference<Job> ready) {
        var code = codes.code(job.activation().action().name());
        if (code.isEmpty()) {
            return Optional.of(notFound());
        }
        if (!hosted.isStarted()) {
            hosting.start(hosted);
            try {
                hosting.connect(hosted);
            } catch (ContainerFailure e) {
                LOG.warn("event=runtime_silent container={} reason=\"{}\"", hosted.number(), e.getMessage());
                return Optional.of(Outcome.failed(Status.INTERNAL_ERROR, String.valueOf(e.getMessage()), Ending.ERROR));
            }
        }
        return initialise(job, hosted, code.get(), ready);
    }

    private Optional<Outcome> initialise(Job job, HostedContainer hosted, ActionCode code, AtomicReference<Job> ready) {
        hosted.log().begin(logLimit(job));
        var permits = code.length() > LARGE_CODE ? LARGE_AT_ONCE : 0;
        // Whoever holds it is bound by his own time limit.
        large.acquireUninterruptibly(permits);
        var alarm = deadlines.arm(job.timeoutMs(), hosted::timeOut);
        try {
            return callInit(job, hosted, code, ready);
        } finally {
            alarm.cancel(false);
            large.release(permits);
        }
    }

    /** With the newest code, as OpenWhisk does, if the action was updated since the activation was accepted. */
    private Optional<Outcome> callInit(Job job, HostedContainer hosted, ActionCode found, AtomicReference<Job> ready) {
        var name = job.activation().action().name();
        var code = Optional.of(found);
        var utf8 = found.utf8().get();
        for (var attempt = 1; attempt < CODE_ATTEMPTS && utf8.isEmpty() && code.isPresent(); attempt++) {
            code = codes.code(name);
            utf8 = code.flatMap(newer -> newer.utf8().get());
        }
        if (code.isEmpty() || utf8.isEmpty()) {
            return Optional.of(notFound());
        }
        if (!code.get().kind().equals(job.activation().action().kind())) {
            return Optional.of(otherKind(job, code.get()));
        }
        return callInit(job.running(code.get()), hosted, code.get(), utf8.get(), ready);
    }

    /** However /init ends, the wait was over when it was sent. */
    private Optional<Outcome> callInit(
            Job job, HostedContainer hosted, ActionCode code, byte[] utf8, AtomicReference<Job> ready) {
        hosted.holds(PoolKey.of(job.activation()));
        var started = clock.getAsLong();
        var body = RunRequest.init(
                job.activation(), code, utf8, job.environment(), started + job.timeoutMs(), hosted.process());
        try {
            var answer = hosted.post("/init", body);
            if (hosted.ranOutOfMemory()) {
                return Optional.of(Outcome.outOfMemory());
            }
            return answer.status() == 200
                    ? Optional.empty()
                    : Optional.of(Outcome.answered(RunResponse.ofFailedInit(answer)));
        } catch (IOException e) {
            return Optional.of(Outcome.broken(hosted, job, true));
        } finally {
            ready.set(job.initialised(started, clock.getAsLong() - started));
        }
    }

    private static Outcome otherKind(Job job, ActionCode code) {
        return Outcome.failed(
                Status.APPLICATION_ERROR,
                "The action was updated from kind '" + job.activation().action().kind() + "' to '" + code.kind()
                        + "' after this activation was accepted, so it was not run. Invoke the action again.",
                Ending.ERROR);
    }

    private static Outcome notFound() {
        return Outcome.failed(
                Status.APPLICATION_ERROR, "Action could not be found or may have been deleted.", Ending.ERROR);
    }

    private Outcome callRun(Job job, HostedContainer hosted, long started) {
        var body = RunRequest.run(job.activation(), job.arguments(), started + job.timeoutMs(), hosted.process());
        var alarm = deadlines.arm(job.timeoutMs(), hosted::timeOut);
        try {
            var answer = hosted.post("/run", List.of(body));
            return hosted.ranOutOfMemory() ? Outcome.outOfMemory() : Outcome.answered(RunResponse.ofRun(answer));
        } catch (IOException e) {
            return Outcome.broken(hosted, job, false);
        } finally {
            alarm.cancel(false);
        }
    }

    /** Whatever happens here, the container is given back, once. */
    private void finish(Job job, HostedContainer hosted, Outcome outcome, long runStart) {
        var isReusable = false;
        try {
            isReusable = !hosted.isAbandoned() && report(job, hosted, outcome, runStart);
        } finally {
            sink.done(job, hosted, isReusable);
        }
    }

    /** Tells how it ended and writes it down; returns whether the container may be used again. */
    private boolean report(Job job, HostedContainer hosted, Outcome outcome, long runStart) {
        var now = clock.getAsLong();
        sink.tell(new InvokerEvent.Gone(job.activation().id(), outcome.ending()));
        hosted.channel().ifPresent(Channel::reset);
        var record = record(job, outcome, runStart, now);
        var waitMs = job.activation().waitMs();
        var answersFirst = waitMs > 0 && now - job.activation().acceptedMs() < waitMs - WAIT_MARGIN_MS;
        if (answersFirst) {
            tellFinished(job, record, false);
        }
        if (!outcome.isReusable()) {
            // Its output ends with it.
            hosted.kill();
        }
        var logs = hosted.log().collect(LOG_WAIT_MS);
        var whole = record.withLogs(lines(job, outcome, logs));
        records.add(form.apply(whole), () -> {
            if (!answersFirst) {
                tellFinished(job, whole, true);
            }
        });
        return outcome.isReusable() && logs.isWhole();
    }

    private void tellFinished(Job job, ActivationRecord record, boolean isRecorded) {
        var told = job.activation().waitMs() > 0
                ? Optional.of(record.withLogs(List.of()))
                : Optional.<ActivationRecord>empty();
        sink.tell(new InvokerEvent.Finished(job.activation().id(), record.status(), told, isRecorded));
    }

    private static ActivationRecord record(Job job, Outcome outcome, long runStart, long now) {
        var response = outcome.response();
        var accepted = job.activation().acceptedMs();
        return new ActivationRecord(
                job.activation(),
                runStart - job.initMs().orElse(0),
                now,
                response.status(),
                response.result(),
                response.size(),
                List.of(),
                outcome.ending() == Ending.TIMEOUT,
                OptionalLong.of(Math.max(0, job.startedMs().orElse(runStart) - accepted)),
                job.initMs());
    }

    private static List<String> lines(Job job, Outcome outcome, ActivationLog.Collected logs) {
        if (logLimit(job) == 0) {
            return List.of();
        }
        if (outcome.response().status() != Status.DEVELOPER_ERROR) {
            return logs.lines();
        }
        var lines = new ArrayList<>(logs.lines());
        lines.add(ActivationLog.notice("The action did not initialize or run as expected. Log data might be missing."));
        return lines;
    }

    private static long logLimit(Job job) {
        return (long) job.activation().action().limits().logsMb() * BYTES_PER_MB;
    }

    /** Where the invoker's loop is told what happened. */
    interface Sink {
        void tell(InvokerEvent event);

        /** There is no place for the container on the network. */
        void notStarted(Job job, HostedContainer hosted, String reason);

        /** /init is done. */
        void ready(Job job, HostedContainer hosted);

        /** The container has nothing more to do for its activation. Called once for each that was prepared or run. */
        void done(Job job, HostedContainer hosted, boolean isReusable);
    }
}
