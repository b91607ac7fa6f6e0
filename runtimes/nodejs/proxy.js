'use strict';
/*
 * Pikachu's Node.js runtime: the action proxy's entry point.
 *
 *     node [--max-old-space-size=N] proxy.js --unix PATH
 *     node [--max-old-space-size=N] proxy.js --tcp HOST:PORT      (0.0.0.0:8080 when nothing is said)
 *
 * It listens first and loads everything else afterwards: the invoker connects while this process is still
 * compiling, and the kernel's backlog holds its request.
 *
 * A V8 option such as --max-old-space-size costs 6 to 9 ms of start on Node 18 to 22 (see docs/formats/runtime.md).
 *
 * The protocol is described in docs/formats/runtime.md. Node 18 or later; nothing but Node's own modules.
 */

const fs = require('fs');
const net = require('net');

const CONNECTION_LIMIT = 1024;
const BACKLOG = CONNECTION_LIMIT; // an action's concurrency may bring as many at once
const SOCKET_PATH_LIMIT = 107;
const USAGE = 'usage: proxy.js [--unix PATH | --tcp HOST:PORT]';

function endWith(message) {
    fs.writeSync(2, message + '\n');
    process.exit(1);
}

/** What net.Server.listen takes. */
function address([kind = '--tcp', where = '0.0.0.0:8080']) {
    return kind === '--unix' ? unixAddress(where) : tcpAddress(where);
}

function unixAddress(path) {
    if (Buffer.byteLength(path) > SOCKET_PATH_LIMIT) {
        throw new Error(`a Unix socket's path has at most ${SOCKET_PATH_LIMIT} bytes`); // libuv would cut it off
    }
    removeStaleSocket(path);
    return { path, backlog: BACKLOG };
}

/** A restarted container finds its predecessor's socket; anything else is not ours to delete. */
function removeStaleSocket(path) {
    const found = fs.lstatSync(path, { throwIfNoEntry: false });
    if (found && found.isSocket()) {
        fs.unlinkSync(path);
    }
}

function tcpAddress(where) {
    const [, host, port] = /^(.*):(\d{1,5})$/.exec(where) ?? [];
    if (port === undefined || Number(port) > 65535) {
        throw new Error('not HOST:PORT');
    }
    return { host: host.replace(/^\[|\]$/g, ''), port: Number(port), backlog: BACKLOG };
}

function listen(given) {
    const failed = (problem) => endWith(`pikachu: cannot listen on ${given.join(' ') || '0.0.0.0:8080'}: ${problem.message}`);
    const server = net.createServer({ allowHalfOpen: true, noDelay: true });
    server.maxConnections = CONNECTION_LIMIT;
    server.on('error', failed);
    try {
        server.listen(address(given));
    } catch (problem) {
        failed(problem);
    }
    return server;
}

/** Function code that reads its standard input gets end of file, not the invoker's pipe. */
function detachStdin() {
    try {
        fs.closeSync(0);
    } catch {
        // it was closed before
    }
    fs.openSync('/dev/null', 'r'); // takes the lowest free number, which is 0
}

/** The kernel ignores SIGTERM for a container's first process unless it has a handler. */
function dieOnSigtermAsPid1() {
    if (process.pid === 1) {
        const die = process.reallyExit.bind(process);
        process.on('SIGTERM', () => die(128 + 15));
    }
}

/** Loads the proxy's other files and takes them out of the cache, where the function might meet them. */
function load() {
    const { Connection } = require('./proxy_http.js');
    const { Runtime } = require('./proxy_action.js');
    for (const name of Object.keys(require.cache)) {
        delete require.cache[name];
    }
    return { Connection, Runtime };
}

function main() {
    const given = process.argv.slice(2);
    if (given.length && (given.length !== 2 || !['--unix', '--tcp'].includes(given[0]))) {
        endWith(USAGE);
    }
    detachStdin();
    const server = listen(given);
    dieOnSigtermAsPid1();
    const { Connection, Runtime } = load();
    const runtime = new Runtime();
    server.on('connection', (socket) => new Connection(socket, runtime));
}

main();
