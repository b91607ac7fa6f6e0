package pikachu.core.names;

/** The number of an invoker; its slice of addresses and all names it makes on a machine derive from it. */
public record InvokerId(int number) implements Comparable<InvokerId> {
    public InvokerId {
        if (number < 0) {
            throw new InvalidName("An invoker's number is not negative, this one is " + number + ".");
        }
    }

    @Override
    public int compareTo(InvokerId other) {
        return Integer.compare(number, other.number);
    }

    @Override
    public String toString() {
        return "invoker" + number;
    }
}
