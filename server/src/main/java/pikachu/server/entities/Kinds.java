package pikachu.server.entities;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import tools.jackson.core.JsonGenerator;

/** Which kinds of action this platform runs. */
public record Kinds(List<Family> families) {
    public static final String NATIVE_FAMILY = "native";

    /** Executables and scripts. */
    public static final String NATIVE = NATIVE_FAMILY + ":default";

    /** What wsk's {@code --native} sends: the image of OpenWhisk's docker skeleton, with code. */
    private static final String BLACKBOX = "blackbox";

    private static final String SKELETON = "openwhisk/dockerskeleton";
    /**
     * A language.
     *
     * @param kinds its versions, newest first
     */
    public record Family(String name, List<Kind> kinds) {
        public Family {
            kinds = List.copyOf(kinds);
            if (kinds.isEmpty()) {
                throw new IllegalArgumentException("The family " + name + " offers no version; leave it out.");
            }
        }
    }

    /**
     * One version of a language.
     *
     * @param name {@code python:3.11}
     * @param image what OpenWhisk's clients are told it runs in
     * @param needsMain whether an action must name its entry point
     */
    public record Kind(String name, String image, boolean isDefault, boolean isDeprecated, boolean needsMain) {}

    public Kinds {
        families = List.copyOf(families);
    }

    /** One family whose first version is the default. */
    public static Family family(String name, List<String> versions) {
        var kinds = versions.stream()
                .map(version -> new Kind(
                        name + ":" + version,
                        "pikachu/" + name + ":" + version,
                        version.equals(versions.getFirst()),
                        false,
                        false))
                .toList();
        return new Family(name, kinds);
    }

    /** The kind that a user means: its name, {@code python:default}, or {@code python:3} for the newest 3.x. */
    public Optional<Kind> resolve(String asked) {
        var name = asked.strip().toLowerCase(Locale.ROOT);
        return families.stream()
                .filter(family -> name.startsWith(family.name() + ":"))
                .findFirst()
                .flatMap(family -> version(family, name));
    }

    /** As {@link #resolve(String)}, and {@link #NATIVE} for wsk's way to ask for it. */
    public Optional<Kind> resolve(String asked, Optional<String> image) {
        boolean isNative = asked.equals(BLACKBOX)
                && image.filter(name -> name.equals(SKELETON) || name.startsWith(SKELETON + ":"))
                        .isPresent();
        return resolve(isNative ? NATIVE : asked);
    }

    private static Optional<Kind> version(Family family, String name) {
        var exact = family.kinds().stream().filter(kind -> kind.name().equals(name));
        var standard =
                family.kinds().stream().filter(kind -> kind.isDefault() && name.equals(family.name() + ":default"));
        var prefix = family.kinds().stream().filter(kind -> kind.name().startsWith(name + "."));
        return java.util.stream.Stream.of(exact, standard, prefix)
                .flatMap(each -> each)
                .findFirst();
    }

    /** Every kind in quotes, as error messages list them. */
    public String quoted() {
        return families.stream()
                .flatMap(family -> family.kinds().stream())
                .map(kind -> "'" + kind.name() + "'")
                .collect(Collectors.joining(", "));
    }

    /** The manifest in {@code GET /}. */
    public void writeManifest(JsonGenerator out) {
        out.writeStartObject();
        for (var family : families) {
            out.writeName(family.name());
            out.writeStartArray();
            family.kinds().forEach(kind -> write(out, kind));
            out.writeEndArray();
        }
        out.writeEndObject();
    }

    private static void write(JsonGenerator out, Kind kind) {
        out.writeStartObject();
        out.writeBooleanProperty("attached", true);
        out.writeBooleanProperty("default", kind.isDefault());
        out.writeBooleanProperty("deprecated", kind.isDeprecated());
        out.writeStringProperty("image", kind.image());
        out.writeStringProperty("kind", kind.name());
        out.writeBooleanProperty("requireMain", kind.needsMain());
        out.writeEndObject();
    }
}
