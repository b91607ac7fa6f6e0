package pikachu.cli.client;

import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * What came back.
 *
 * @param body parsed; a JSON string if the answer was no JSON
 * @param activation the activation that the answer is about, from its header
 */
public record Answer(int status, JsonNode body, Optional<String> activation) {
    /** What to throw when this answer is a refusal. */
    public ApiFailure failure(Call call) {
        return ApiFailure.of(call, this);
    }

    public boolean isSuccess() {
        return status >= 200 && status < 300;
    }

    /** An action's own failure, which comes with the action's result in place of the API's error. */
    public boolean isActionsFailure() {
        return (status == 502 || status == 500) && activation.isPresent();
    }
}
