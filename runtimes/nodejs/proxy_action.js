'use strict';
/*
 * The action inside the proxy: /init makes it from its code, /run calls it.
 *
 * Runtime owns the function and everything that must not pass from one activation to the next: the identity in the
 * environment, the log streams, listening sockets. Several runs may go on at once, if the invoker sends them. Each
 * ends in one answer and one end marker per stream, or in the death of the process; whatever ends the process from
 * within JavaScript is answered first.
 */

const { isUtf8 } = require('buffer');
const { BadVariable, Environment } = require('./proxy_environment.js');
const { Unusable, atLine, describe, report, serialize } = require('./proxy_errors.js');
const { Listeners } = require('./proxy_listeners.js');
const { fromArchive, fromScript, scriptFile } = require('./proxy_load.js');
const { Logs } = require('./proxy_logs.js');

const OK = '{"ok":true}';
const MISSING_CODE = 'Missing main/no code to execute.';
const ALREADY_INITIALIZED = 'Cannot initialize the action more than once.';
const NOT_INITIALIZED = 'no action defined yet';
const WRONG_RESULT = 'The action did not return a dictionary or array.';

// Captured, because function code may replace them.
const { parse, stringify } = JSON;
const { isArray } = Array;

/** An answer other than 200. */
class Refused extends Error {
    constructor(status, message) {
        super(message);
        this.status = status;
    }
}

function decode(body) {
    let message;
    try {
        message = parse(text(body));
    } catch (problem) {
        throw new Refused(400, `The request body is not JSON: ${problem.message}`);
    }
    if (typeof message !== 'object' || message === null || isArray(message)) {
        throw new Refused(400, 'The request body is not a JSON object.');
    }
    return message;
}

function text(body) {
    if (isUtf8 && !isUtf8(body)) {
        throw new Error('it is not UTF-8');
    }
    return isUtf8 ? body.utf8Slice() : new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
}

/** One /init or /run that is going on. Whoever comes first answers it. */
class Call {
    constructor(runtime, path, reply) {
        this.runtime = runtime;
        this.path = path;
        this.reply = reply;
    }

    finish(status, answer) {
        const { reply } = this;
        if (reply) {
            this.reply = undefined;
            this.runtime.end(this, status);
            reply(status, answer);
        }
    }

    fail(status, message) {
        this.finish(status, stringify({ error: message }));
    }
}

class Runtime {
    constructor() {
        this.function = undefined;
        this.calls = new Set();
        this.environment = new Environment();
        this.listeners = new Listeners();
        this.logs = new Logs();
        this.lastWords = undefined; // why the process ends, if not by process.exit
        this.watchTheEnd();
    }

    /** The logs are complete when reply is called. */
    answer(path, body, reply) {
        const call = new Call(this, path, reply);
        this.calls.add(call);
        try {
            const message = decode(body);
            if (path === '/init') {
                this.initialize(call, message);
            } else {
                this.run(call, message);
            }
        } catch (problem) {
            if (!(problem instanceof Refused || problem instanceof BadVariable)) {
                report(problem);
            }
            call.fail(problem?.status ?? (problem instanceof BadVariable ? 400 : 500), problem?.message ?? describe(problem));
        }
    }

    end(call, status) {
        this.calls.delete(call);
        if (call.path === '/run' && this.function && !this.calls.size) {
            this.listeners.enter('idle');
        }
        if (call.path === '/run' || status !== 200) {
            this.logs.endActivation();
        }
    }

    // ---- /init

    initialize(call, message) {
        if (this.function || this.initializing) {
            throw new Refused(403, ALREADY_INITIALIZED);
        }
        const value = message.value;
        const code = value?.code;
        if (typeof code !== 'string' || !code) {
            throw new Refused(403, MISSING_CODE);
        }
        if (value.env && typeof value.env === 'object') {
            this.environment.initialize(value.env);
            honourNodePath();
        }
        const main = String(value.main || 'main');
        this.initializing = call;
        const file = scriptFile(String(value.name || 'action'));
        if (value.binary === true) {
            fromArchive(code, main).then((found) => this.adopt(call, found), (problem) => this.reject(call, problem, process.argv[1]));
            return;
        }
        try {
            this.adopt(call, fromScript(code, main, file));
        } catch (problem) {
            this.reject(call, problem, file);
        }
    }

    adopt(call, found) {
        this.function = found;
        this.initializing = undefined;
        this.listeners.enter('idle');
        call.finish(200, OK);
    }

    reject(call, problem, file) {
        this.initializing = undefined;
        if (!(problem instanceof Unusable)) {
            report(problem);
        }
        const what = problem instanceof Unusable ? problem.message : describe(problem) + atLine(problem, file);
        call.fail(502, `The action failed to initialize: ${what}`);
    }

    // ---- /run

    run(call, message) {
        const main = this.function;
        if (!main) {
            throw new Refused(500, NOT_INITIALIZED);
        }
        this.environment.identify(message);
        this.listeners.enter('running');
        let result;
        try {
            result = main(message.value ?? {});
            if (typeof result?.then === 'function') {
                Promise.resolve(result).then((settled) => this.succeed(call, settled), (reason) => this.fail(call, reason));
                return;
            }
        } catch (problem) {
            report(problem);
            call.fail(502, `An error has occurred: ${describe(problem)}`);
            return;
        }
        this.succeed(call, result);
    }

    succeed(call, result) {
        if (typeof result !== 'object' && result !== undefined) {
            process.stderr.write(`Result must be of type object but has type "${typeof result}": ${describe(result)}\n`);
            call.fail(502, WRONG_RESULT);
            return;
        }
        let answer;
        try {
            answer = stringify(result === undefined ? {} : result);
        } catch (problem) {
            report(problem);
            call.fail(502, `The action returned something that JSON cannot hold: ${describe(problem?.message ?? problem)}`);
            return;
        }
        // toJSON may have made a text of it; and null is no result either
        const isResult = answer !== undefined && (answer[0] === '{' || answer[0] === '[');
        isResult ? call.finish(200, answer) : call.fail(502, WRONG_RESULT);
    }

    /** A rejection is the action's own error, as in OpenWhisk; nothing given is an empty one. */
    fail(call, reason) {
        if (reason instanceof Error) {
            report(reason);
        }
        let answer;
        try {
            answer = stringify({ error: reason ? serialize(reason) : {} });
        } catch {
            answer = stringify({ error: describe(reason) });
        }
        call.finish(200, answer);
    }

    // ---- the end of the process

    /** process.exit ends in reallyExit, after the function's own listeners; what nothing catches ends in process.exit. */
    watchTheEnd() {
        const { reallyExit, exit } = process;
        process.reallyExit = (code) => {
            this.leave(this.lastWords ?? `the function called process.exit(${code ?? ''})`);
            reallyExit.call(process, code);
        };
        process.on('uncaughtException', (problem, origin) => {
            if (process.listenerCount('uncaughtException') > 1) {
                return; // the function has a listener of its own
            }
            report(problem);
            const kind = origin === 'unhandledRejection' ? 'a promise was rejected and nobody handled it' : 'an error was thrown that nobody caught';
            this.lastWords = `${kind}: ${describe(problem)}`;
            exit.call(process, 1);
        });
    }

    leave(reason) {
        for (const call of this.calls) {
            const what = call === this.initializing ? 'failed to initialize' : 'ended its process';
            call.fail(502, `The action ${what}: ${reason}.`);
        }
    }
}

/** Node reads it at its start; here it may come as one of the action's parameters. */
function honourNodePath() {
    if (process.env.NODE_PATH) {
        require('module').Module._initPaths();
    }
}

module.exports = { Runtime };
