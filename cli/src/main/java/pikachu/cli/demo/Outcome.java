package pikachu.cli.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** What came of it: both records, and the instances that the platform's list has shown. */
record Outcome(SharedFile file, JsonNode server, JsonNode client, Set<String> listed) {
    static final String SERVER = "myname0";
    static final String CLIENT = "myname1";

    JsonNode served() {
        return server.path("response").path("result");
    }

    JsonNode sent() {
        return client.path("response").path("result");
    }

    /** Everything that is not as it must be; nothing when all is well. */
    List<String> faults() {
        var faults = new ArrayList<String>();
        mustHaveSucceeded(SERVER, server, faults);
        mustHaveSucceeded(CLIENT, client, faults);
        mustEqual("the bytes that " + CLIENT + " sent", sent().path("bytes").asString(""), file.size(), faults);
        mustEqual(
                "the bytes that " + SERVER + " received", served().path("bytes").asString(""), file.size(), faults);
        mustEqual("the SHA-256 of what arrived", served().path("sha256").asString(""), file.sha256(), faults);
        for (var id : List.of(SERVER, CLIENT)) {
            if (!listed.contains(id)) {
                faults.add("the list of instances never showed " + id);
            }
        }
        return faults;
    }

    private static void mustHaveSucceeded(String id, JsonNode record, List<String> faults) {
        if (!record.path("response").path("success").asBoolean(false)) {
            faults.add(id + " ended with: "
                    + record.path("response").path("status").asString("no status") + ", "
                    + record.path("response").path("result"));
        }
    }

    private static void mustEqual(String what, String is, Object expected, List<String> faults) {
        if (!is.equals(expected.toString())) {
            faults.add(what + ": " + (is.isEmpty() ? "not told" : is) + ", must be " + expected);
        }
    }
}
