package pikachu.server.controller;

import pikachu.core.names.NamespaceName;

/** A request that is answered with an error. The text is part of the contract with clients. */
public final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int status;
    private final boolean isRejection;

    private Refused(int status, boolean isRejection, String text) {
        // no stack trace: this is an answer, and hostile clients ask for many
        super(text, null, false, false);
        this.status = status;
        this.isRejection = isRejection;
    }

    /** Refused by whoever handled the request. */
    public static Refused because(int status, String text) {
        return new Refused(status, false, text);
    }

    /** Refused before anybody handled the request, as OpenWhisk's routing does; such answers lack CORS headers. */
    public static Refused rejected(int status, String text) {
        return new Refused(status, true, text);
    }

    public static Refused malformed(String detail) {
        return rejected(400, "The request content was malformed:\n" + detail);
    }

    public static Refused malformedQuery(String name, String detail) {
        return rejected(400, "The query parameter '" + name + "' was malformed:\n" + detail);
    }

    public static Refused missing() {
        return because(404, "The requested resource does not exist.");
    }

    public static Refused changedMeanwhile() {
        return because(409, "Concurrent modification to resource detected.");
    }

    public static Refused forbidden(NamespaceName namespace) {
        return because(403, "The supplied authentication is not authorized to access '" + namespace + "'.");
    }

    public static Refused tooLarge(String what, long size, long allowed) {
        return because(413, what + " larger than allowed: " + size + " > " + allowed + " bytes.");
    }

    public int status() {
        return status;
    }

    public boolean isRejection() {
        return isRejection;
    }

    public String text() {
        return String.valueOf(getMessage());
    }
}
