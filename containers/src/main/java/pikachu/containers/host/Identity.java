package pikachu.containers.host;

import java.util.List;

/** As whom the code of functions runs; never as root. */
public sealed interface Identity {
    /**
     * The first of the users for containers: 4,096,000 of them, in a range that neither systemd nor the usual
     * sub-user tables give to anybody.
     */
    int FIRST = 1_900_000_000;

    /** What this process may give: a user per container when it is root, else its own. */
    static Identity ofThisProcess(Slice slice) {
        int user = Libc.user();
        return user == 0 ? new PerContainer(slice.number()) : new Shared(user, Libc.group());
    }

    /** The user of the container with this number. */
    int user(int container);

    /** A group by its number in the slice; a driver gives each namespace one. */
    int group(int index);

    /** What setpriv is told to become this container's user, without any means to become another. */
    List<String> arguments(int container, int group);

    /** The platform is root: each container has a user of its own that nothing else on the machine has. */
    record PerContainer(int slice) implements Identity {
        @Override
        public int user(int container) {
            return first() + container;
        }

        @Override
        public int group(int index) {
            return first() + index;
        }

        /** The container whose user this is; negative or at least {@link Slice#CONTAINERS} when it is none of ours. */
        public long container(long user) {
            return user - first();
        }

        private int first() {
            return FIRST + slice * Slice.CONTAINERS;
        }

        @Override
        public List<String> arguments(int container, int group) {
            return List.of(
                    "--reuid=" + user(container),
                    "--regid=" + group,
                    "--clear-groups",
                    "--no-new-privs",
                    "--bounding-set=-all",
                    "--inh-caps=-all",
                    "--ambient-caps=-all");
        }
    }

    /** The platform is an ordinary user, and so are its functions. */
    record Shared(int user, int group) implements Identity {
        @Override
        public int user(int container) {
            return user;
        }

        @Override
        public int group(int index) {
            return group;
        }

        @Override
        public List<String> arguments(int container, int group) {
            return List.of("--no-new-privs");
        }
    }
}
