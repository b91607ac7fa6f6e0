'use strict';
/* process.env as /init and /run set it. Writes only what changed: most fields never do. */

// Whatever of these an earlier /run (or /init's environment) set and this one does not is removed: a warm instance
// must not see its predecessor's identity.
const RUN_FIELDS = new Set(
    (
        'namespace action_name action_version activation_id transaction_id deadline api_key ' +
        'instance_id instance_epoch instance_address instance_port instance_key directory channel ' +
        'shared_memory volumes group group_rank group_size'
    ).split(' '),
);
const BAD_NAME = /^$|[=\0\p{Surrogate}]/u;
const BAD_VALUE = /[\0\p{Surrogate}]/u;
const { stringify } = JSON;

class BadVariable extends Error {}

class Environment {
    constructor() {
        this.exported = new Map(); // /run field -> value, as last exported
        this.names = new Map();
    }

    initialize(values) {
        for (const name of Object.keys(values)) {
            const value = values[name];
            const text = typeof value === 'string' ? value : value === null ? '' : stringify(value);
            put(name, text);
            const field = name.slice(5).toLowerCase();
            if (RUN_FIELDS.has(field) && name === '__OW_' + field.toUpperCase()) {
                this.exported.set(field, text);
            }
        }
    }

    identify(message) {
        let kept = 0;
        for (const field of Object.keys(message)) {
            const value = message[field];
            if (typeof value !== 'string' || field === 'value') {
                continue;
            }
            kept++;
            if (this.exported.get(field) !== value) {
                put(this.name(field), value);
                this.exported.set(field, value);
            }
        }
        if (kept !== this.exported.size) {
            this.forget(message);
        }
    }

    forget(message) {
        for (const field of this.exported.keys()) {
            if (field === 'value' || !Object.hasOwn(message, field) || typeof message[field] !== 'string') {
                delete process.env[this.name(field)];
                this.exported.delete(field);
            }
        }
    }

    name(field) {
        let name = this.names.get(field);
        if (name === undefined) {
            name = '__OW_' + field.toUpperCase();
            this.names.set(field, name);
        }
        return name;
    }
}

/** Node itself cuts a value at a NUL and ignores a name that cannot be one, without a word. */
function put(name, value) {
    const bad = BAD_NAME.test(name) ? 'its name' : BAD_VALUE.test(value) ? 'its value' : undefined;
    if (bad) {
        throw new BadVariable(`The environment variable ${stringify(name)} cannot be set: ${bad} cannot be that of one.`);
    }
    process.env[name] = value;
}

module.exports = { BadVariable, Environment };
