'use strict';
/* What went wrong, for people: in the log, in the answer. Whatever was thrown, none of this throws. */

const { inspect } = require('util');

const DEPTH_LIMIT = 8;
const PROXY = __dirname + '/proxy';

/** A failure to load that is the proxy's own finding, not thrown by code: it has a message and no stack worth reading. */
class Unusable extends Error {}

function describe(problem) {
    try {
        return String(problem);
    } catch {
        return typeof problem === 'object' ? 'an object that has no text' : typeof problem;
    }
}

/** The stack on stderr, without the proxy's own lines. */
function report(problem) {
    try {
        process.stderr.write(ownLines(inspect(problem)) + '\n');
    } catch {
        process.stderr.write(describe(problem) + '\n');
    }
}

/** A stack's frames from the proxy's first one on are the proxy's and Node's. */
function ownLines(text) {
    let proxy = false;
    const isOwn = (line) => {
        const isFrame = line.trimStart().startsWith('at ');
        proxy = isFrame && (proxy || line.includes(PROXY));
        return !isFrame || !(proxy || line.includes('node:internal/'));
    };
    return text.split('\n').filter(isOwn).join('\n');
}

/** " (line 3)" of the function's file, as far as the stack tells. */
function atLine(problem, file) {
    try {
        const { stack } = problem;
        const start = stack.indexOf(file + ':');
        const line = start < 0 ? NaN : parseInt(stack.slice(start + file.length + 1), 10);
        return Number.isNaN(line) ? '' : ` (line ${line})`;
    } catch {
        return '';
    }
}

/** A rejection's reason as the npm package serialize-error would put it into an answer. */
function serialize(reason) {
    try {
        return plain(reason, []);
    } catch {
        return describe(reason);
    }
}

function plain(value, parents) {
    if (typeof value === 'function') {
        return `[Function: ${value.name || 'anonymous'}]`;
    }
    if (typeof value === 'bigint') {
        return `${value}n`;
    }
    if (typeof value !== 'object' || value === null) {
        return value;
    }
    if (Buffer.isBuffer(value)) {
        return '[object Buffer]';
    }
    if (typeof value.toJSON === 'function') {
        return value.toJSON();
    }
    return plainObject(value, [...parents, value]);
}

function plainObject(value, parents) {
    const result = Array.isArray(value) ? [] : {};
    const names = value instanceof Error ? ['name', 'message', 'stack', 'code', 'cause'] : [];
    for (const name of new Set([...names, ...Object.keys(value)])) {
        const property = value[name];
        if (property === undefined || typeof property === 'function') {
            continue;
        }
        const tooDeep = parents.length >= DEPTH_LIMIT && typeof property === 'object';
        result[name] = parents.includes(property) || tooDeep ? '[Circular]' : plain(property, parents);
    }
    return result;
}

module.exports = { Unusable, atLine, describe, report, serialize };
