package pikachu.core.names;

/** The number of a controller. Among the live ones the lowest publishes the directory. */
public record ControllerId(int number) implements Comparable<ControllerId> {
    public ControllerId {
        if (number < 0) {
            throw new InvalidName("A controller's number is not negative, this one is " + number + ".");
        }
    }

    @Override
    public int compareTo(ControllerId other) {
        return Integer.compare(number, other.number);
    }

    @Override
    public String toString() {
        return "controller" + number;
    }
}
