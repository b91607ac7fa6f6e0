package pikachu.core.activations;

/** An instance's place in the group that it was started with. */
public record GroupRank(String group, int rank, int size) {}
