package pikachu.core.activations;

import java.util.Optional;
import pikachu.core.names.NamespaceName;

/**
 * On whose behalf an activation runs.
 *
 * @param namespaceId the namespace's UUID, which throttles are counted by
 * @param apiKey {@code uuid:key}, only when the action is annotated to receive it
 */
public record Caller(NamespaceName namespace, String namespaceId, String subject, Optional<String> apiKey) {}
