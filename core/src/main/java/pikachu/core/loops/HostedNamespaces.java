package pikachu.core.loops;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import pikachu.core.bus.Topic;
import pikachu.core.directory.LocalMap;
import pikachu.core.directory.MergeRule;
import pikachu.core.directory.NamespaceView;
import pikachu.core.instances.Entry;
import pikachu.core.messages.DirectoryMessage;
import pikachu.core.messages.DirectoryMessage.DirectoryChanges;
import pikachu.core.messages.DirectoryMessage.DirectorySnapshot;
import pikachu.core.messages.HealthMessage.DirectoryWanted;
import pikachu.core.names.InvokerId;
import pikachu.core.names.NamespaceName;

/**
 * The directories of the namespaces that have a container on this invoker: read, kept whole, and shown to the functions.
 * A directory that differs from what its publisher says for longer than changes are on their way is asked for anew, and
 * so is one that shows instances elsewhere and has heard nothing for a minute (all who knew may have died with them).
 */
final class HostedNamespaces {
    private static final long ASK_AGAIN_MS = 1000;
    private static final long PATIENCE_MS = 200;
    private static final long QUIET_MS = 60_000;
    private static final int FORGOTTEN_BEFORE_SHOWN = 64;
    private static final long SHOWN_AGAIN_MS = 10_000;
    private static final long NEVER = Long.MIN_VALUE / 2;

    private static final class Hosted {
        final NamespaceName name;
        final NamespaceView view;
        boolean isComplete;
        long differsSinceMs = Long.MAX_VALUE;
        long askedMs = NEVER;
        long heardMs;
        long shownMs;
        int forgotten;

        Hosted(NamespaceName name, NamespaceView view, long nowMs) {
            this.name = name;
            this.view = view;
            heardMs = nowMs;
            shownMs = nowMs;
        }

        boolean isInDoubt() {
            return !isComplete || differsSinceMs != Long.MAX_VALUE;
        }
    }

    private final InvokerId self;
    private final LocalMap own;
    private final MergeRule rule;
    private final Timing timing;
    private final Publications<?> publications;
    private final List<InvokerEffect> effects;
    private final Map<NamespaceName, Hosted> namespaces = new HashMap<>();
    private final Set<Hosted> inDoubt = new LinkedHashSet<>();
    private final int[] hostedInPartition = new int[Topic.DIRECTORY.partitions()];
    private long quietCheckDueMs = NEVER;

    HostedNamespaces(
            InvokerId self,
            LocalMap own,
            MergeRule rule,
            Timing timing,
            Publications<?> publications,
            List<InvokerEffect> effects) {
        this.self = self;
        this.own = own;
        this.rule = rule;
        this.timing = timing;
        this.publications = publications;
        this.effects = effects;
    }

    void host(NamespaceName name, long nowMs) {
        if (namespaces.containsKey(name)) {
            return;
        }
        var hosted = new Hosted(name, new NamespaceView(name, own, rule, timing.goneKept()), nowMs);
        namespaces.put(name, hosted);
        int partition = Topic.partitionOf(name);
        if (hostedInPartition[partition]++ == 0) {
            effects.add(new InvokerEffect.ReadDirectory(partition));
        }
        showAll(hosted, nowMs);
        inDoubt.add(hosted);
        ask(hosted, nowMs);
    }

    void leave(NamespaceName name) {
        var hosted = namespaces.remove(name);
        if (hosted == null) {
            return;
        }
        inDoubt.remove(hosted);
        int partition = Topic.partitionOf(name);
        if (--hostedInPartition[partition] == 0) {
            effects.add(new InvokerEffect.StopReadingDirectory(partition));
        }
    }

    /** The own map has a new or changed entry. */
    void changed(Entry mine) {
        var hosted = namespaces.get(mine.namespace());
        if (hosted != null && hosted.view.shows(mine)) {
            effects.add(new InvokerEffect.Show(mine.namespace(), List.of(mine)));
        }
    }

    void received(DirectoryMessage message, long nowMs) {
        var hosted = namespaces.get(message.namespace());
        if (hosted == null) {
            return;
        }
        hosted.heardMs = nowMs;
        switch (message) {
            case DirectoryChanges changes -> apply(hosted, changes, nowMs);
            case DirectorySnapshot snapshot -> apply(hosted, snapshot, nowMs);
        }
    }

    private void apply(Hosted hosted, DirectoryChanges message, long nowMs) {
        show(hosted, hosted.view.apply(message, nowMs));
        hosted.forgotten += hosted.view.expire(nowMs);
        if (hosted.view.agrees(message.live(), message.checksum())) {
            hosted.differsSinceMs = Long.MAX_VALUE;
        } else if (hosted.differsSinceMs == Long.MAX_VALUE) {
            hosted.differsSinceMs = nowMs;
        }
        review(hosted, nowMs);
    }

    private void apply(Hosted hosted, DirectorySnapshot snapshot, long nowMs) {
        var refreshed = hosted.view.apply(snapshot, nowMs);
        if (refreshed.removed()) {
            showAll(hosted, nowMs);
        } else {
            show(hosted, refreshed.changed());
        }
        hosted.isComplete = true;
        // Whether it agrees now is for the publisher's next message to say.
        hosted.differsSinceMs = Long.MAX_VALUE;
        review(hosted, nowMs);
    }

    private void review(Hosted hosted, long nowMs) {
        if (!hosted.isInDoubt()) {
            inDoubt.remove(hosted);
            return;
        }
        inDoubt.add(hosted);
        boolean isOverdue = !hosted.isComplete || nowMs - hosted.differsSinceMs > PATIENCE_MS;
        if (isOverdue && nowMs - hosted.askedMs >= ASK_AGAIN_MS) {
            ask(hosted, nowMs);
        }
    }

    private void ask(Hosted hosted, long nowMs) {
        hosted.askedMs = nowMs;
        publications.send(Topic.HEALTH, 0, new DirectoryWanted(self, hosted.name));
    }

    private void show(Hosted hosted, List<Entry> changed) {
        if (!changed.isEmpty()) {
            effects.add(new InvokerEffect.Show(hosted.name, changed));
        }
    }

    private void showAll(Hosted hosted, long nowMs) {
        hosted.forgotten = 0;
        hosted.shownMs = nowMs;
        effects.add(new InvokerEffect.ShowAll(hosted.name, hosted.view.entries()));
    }

    /** Asks again where an answer is missing; forgets what has been gone long enough. */
    void tick(long nowMs) {
        if (!inDoubt.isEmpty()) {
            List.copyOf(inDoubt).forEach(hosted -> review(hosted, nowMs));
        }
        for (var forgotten : own.expire(nowMs)) {
            var hosted = namespaces.get(forgotten.namespace());
            if (hosted != null) {
                hosted.forgotten++;
            }
        }
        if (nowMs >= quietCheckDueMs) {
            quietCheckDueMs = nowMs + ASK_AGAIN_MS;
            namespaces.values().forEach(hosted -> tidy(hosted, nowMs));
        }
    }

    private void tidy(Hosted hosted, long nowMs) {
        hosted.forgotten += hosted.view.expire(nowMs);
        // Rewriting all costs the size of the directory, so it is done once as much has been forgotten; under load,
        // when
        // files are written anew for their length all the time, only now and then.
        boolean isMuch = hosted.forgotten >= Math.max(FORGOTTEN_BEFORE_SHOWN, hosted.view.size())
                && nowMs - hosted.shownMs >= SHOWN_AGAIN_MS;
        if (isMuch || (hosted.forgotten > 0 && nowMs - hosted.shownMs >= QUIET_MS)) {
            showAll(hosted, nowMs);
        }
        if (nowMs - hosted.heardMs >= QUIET_MS && nowMs - hosted.askedMs >= QUIET_MS && hosted.view.hasLive()) {
            ask(hosted, nowMs);
        }
    }

    /** The own map has been emptied. */
    void refresh(long nowMs) {
        namespaces.values().forEach(hosted -> showAll(hosted, nowMs));
    }

    /** The view of a hosted namespace, for looking at. */
    List<Entry> entries(NamespaceName name) {
        var hosted = namespaces.get(name);
        return hosted == null ? List.of() : hosted.view.entries();
    }

    Set<NamespaceName> names() {
        return new LinkedHashSet<>(namespaces.keySet());
    }
}
