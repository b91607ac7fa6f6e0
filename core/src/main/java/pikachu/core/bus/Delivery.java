package pikachu.core.bus;

/** A record as a reader sees it. Positions of a partition grow by at least one from record to record. */
public record Delivery(Topic topic, int partition, long position, byte[] value) {}
