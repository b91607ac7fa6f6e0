package pikachu.server.controller;

import pikachu.core.names.NamespaceName;
import pikachu.server.entities.Identity;

/** What a caller may do: everything in the own namespace, nothing elsewhere, and not too often. */
public final class Entitlement {
    private final PlatformLimits limits;
    private final RateThrottle throttle;

    public Entitlement(PlatformLimits limits, RateThrottle throttle) {
        this.limits = limits;
        this.throttle = throttle;
    }

    /** @throws Refused with 403 */
    public void collection(Identity caller, NamespaceName namespace) {
        if (!caller.namespace().equals(namespace)) {
            throw Refused.forbidden(namespace);
        }
    }

    /**
     * @param entity the entity's name within the namespace
     * @throws Refused with 403
     */
    public void entity(Identity caller, NamespaceName namespace, String entity) {
        if (!caller.namespace().equals(namespace)) {
            throw Refused.because(
                    403, "The supplied authentication is not authorized to access '" + namespace + "/" + entity + "'.");
        }
    }

    /**
     * Counted before rights and existence are looked at, as in OpenWhisk.
     *
     * @throws Refused with 429 or 403
     */
    public void activate(Identity caller, NamespaceName namespace, String entity) {
        throttle.count(caller.uuid(), limits.invocationsPerMinute());
        entity(caller, namespace, entity);
    }

    public PlatformLimits limits() {
        return limits;
    }
}
