'use strict';
/* A real proxy process with real pipes for its logs, and clients on real sockets, for the tests. */

const assert = require('node:assert/strict');
const { execFileSync, spawn } = require('node:child_process');
const fs = require('node:fs');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');
const { setTimeout: pause } = require('node:timers/promises');

const PROXY = path.join(__dirname, '..', 'proxy.js');
const SENTINEL = 'XXX_THE_END_OF_A_WHISK_ACTIVATION_XXX';
const PATIENCE_MS = 20_000;
const ECHO = 'function main(args) { return args; }';

class ConnectionDied extends Error {}

async function awaitTrue(condition, what) {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
        const value = await condition();
        if (value) {
            return value;
        }
        assert.ok(Date.now() < deadline, `waited ${PATIENCE_MS} ms in vain for: ${what}`);
        await pause(1);
    }
}

/** The bytes of a request; a body that is no Buffer is sent as JSON. */
function request(target, body, { method = 'POST', version = 'HTTP/1.1', headers = [] } = {}) {
    const bytes = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
    const lines = [`${method} ${target} ${version}`, 'Host: runtime', `Content-Length: ${bytes.length}`, ...headers];
    return Buffer.concat([Buffer.from(lines.join('\r\n') + '\r\n\r\n', 'latin1'), bytes]);
}

function initialization(code, more = {}) {
    return { value: { name: 'hello', main: 'main', code, binary: false, env: {}, ...more } };
}

class Answer {
    constructor(status, headers, body) {
        Object.assign(this, { status, headers, body });
    }

    json() {
        return JSON.parse(this.body.toString());
    }
}

/** One connection, kept open. */
class Client {
    constructor(socket) {
        this.socket = socket;
        this.pieces = [];
        this.input = Buffer.alloc(0);
        this.over = false;
        this.wake = () => {};
        socket.on('data', (data) => {
            this.pieces.push(data);
            this.wake();
        });
        for (const event of ['end', 'error', 'close']) {
            socket.on(event, () => {
                this.over = true;
                this.wake();
            });
        }
    }

    send(data) {
        this.socket.write(data);
    }

    ask(target, body, options) {
        this.send(request(target, body, options));
        return this.answer();
    }

    async answer() {
        const text = (await this.take(await this.upto('\r\n\r\n'))).latin1Slice();
        const [first, ...lines] = text.trimEnd().split('\r\n');
        const headers = Object.fromEntries(lines.map((line) => line.toLowerCase().split(': ', 2)));
        return new Answer(Number(first.split(' ')[1]), headers, await this.take(Number(headers['content-length'] ?? 0)));
    }

    async upto(mark) {
        while (!this.input.includes(mark)) {
            await this.receive();
        }
        return this.input.indexOf(mark) + mark.length;
    }

    async take(count) {
        while (this.input.length + this.pieces.reduce((sum, piece) => sum + piece.length, 0) < count) {
            await this.more();
        }
        this.gather();
        const data = this.input.subarray(0, count);
        this.input = this.input.subarray(count);
        return data;
    }

    gather() {
        this.input = Buffer.concat([this.input, ...this.pieces]);
        this.pieces = [];
    }

    async receive() {
        if (!this.pieces.length) {
            await this.more();
        }
        this.gather();
    }

    /** Waits for one more piece than there is. */
    async more() {
        const before = this.pieces.length;
        const deadline = Date.now() + PATIENCE_MS;
        while (this.pieces.length === before) {
            if (this.over) {
                throw new ConnectionDied();
            }
            assert.ok(Date.now() < deadline, 'waited in vain for an answer');
            await Promise.race([new Promise((wake) => (this.wake = wake)), pause(1000, undefined, { ref: false })]);
        }
    }

    async closedByPeer() {
        await awaitTrue(() => this.over, 'the peer to close');
        this.gather();
        return this.input.length === 0;
    }

    close() {
        this.socket.destroy();
    }
}

/** What the proxy wrote to one of its streams: what is in the pipe right now, since an answer promises that its logs are. */
class Log {
    constructor(fifo) {
        execFileSync('mkfifo', [fifo]);
        this.reader = fs.openSync(fifo, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
        this.writer = fs.openSync(fifo, 'w');
        this.text = '';
    }

    read() {
        const buffer = Buffer.alloc(65536);
        try {
            for (let count; (count = fs.readSync(this.reader, buffer)); ) {
                this.text += buffer.toString('utf8', 0, count);
            }
        } catch (problem) {
            assert.equal(problem.code, 'EAGAIN');
        }
        return this.text;
    }

    lines() {
        const lines = this.read().split('\n');
        return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
    }

    close() {
        fs.closeSync(this.reader);
    }
}

class Proxy {
    constructor({ tcp = false, env = {}, flags = [], prefix = [] } = {}) {
        this.folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'pikachu-proxy-')));
        this.work = path.join(this.folder, 'work');
        this.path = path.join(this.folder, 's');
        fs.mkdirSync(this.work);
        this.stdout = new Log(path.join(this.folder, 'out'));
        this.stderr = new Log(path.join(this.folder, 'err'));
        this.tcp = tcp;
        this.settings = { env, flags, prefix };
        this.clients = [];
    }

    static async start(t, options) {
        const proxy = new Proxy(options);
        t.after(() => proxy.close());
        await proxy.begin();
        return proxy;
    }

    async begin() {
        const { env, flags, prefix } = this.settings;
        this.port = this.tcp ? await freePort() : undefined;
        const where = this.tcp ? ['--tcp', `127.0.0.1:${this.port}`] : ['--unix', this.path];
        const [program, ...args] = [...prefix, process.execPath, ...flags, PROXY, ...where];
        this.process = spawn(program, args, {
            stdio: ['pipe', this.stdout.writer, this.stderr.writer],
            cwd: this.work,
            env: { PATH: process.env.PATH, ...env },
            detached: true,
        });
        this.ended = new Promise((resolve) => this.process.on('exit', (code, signal) => resolve(code ?? signal)));
        fs.closeSync(this.stdout.writer);
        fs.closeSync(this.stderr.writer);
        this.client = await awaitTrue(() => this.tryConnect(), 'the proxy to listen');
    }

    async tryConnect() {
        assert.equal(this.process.exitCode, null, `the proxy ended: ${this.stderr.read()}`);
        return this.connect().catch(() => undefined);
    }

    async connect() {
        const client = new Client(await connected(this.tcp ? { host: '127.0.0.1', port: this.port } : { path: this.path }));
        this.clients.push(client);
        return client;
    }

    init(code, more) {
        return this.client.ask('/init', initialization(code, more));
    }

    run(value = {}, fields = {}) {
        return this.client.ask('/run', { value, ...fields });
    }

    sentinels() {
        return [this.stdout, this.stderr].map((log) => log.lines().filter((line) => line === SENTINEL).length);
    }

    descriptors() {
        return fs.readdirSync(`/proc/${this.process.pid}/fd`).length;
    }

    async close() {
        this.clients.forEach((client) => client.close());
        if (this.process) {
            if (this.process.exitCode === null && this.process.signalCode === null) {
                process.kill(-this.process.pid, 'SIGKILL');
            }
            await this.ended;
            this.process.stdin.destroy();
        }
        this.stdout.close();
        this.stderr.close();
        fs.rmSync(this.folder, { recursive: true, force: true });
    }
}

function connected(where) {
    return new Promise((resolve, reject) => {
        const socket = net.connect({ ...where, allowHalfOpen: true });
        socket.once('error', reject);
        socket.once('connect', () => {
            socket.off('error', reject);
            resolve(socket);
        });
    });
}

/** Why a connection is refused, or undefined when it is not. */
async function refusal(where) {
    try {
        (await connected(where)).destroy();
    } catch (problem) {
        return problem.code;
    }
}

function freePort() {
    return new Promise((resolve) => {
        const probe = net.createServer().listen(0, '127.0.0.1', () => {
            const { port } = probe.address();
            probe.close(() => resolve(port));
        });
    });
}

/** A proxy whose action is the given code. */
async function initialized(t, code = ECHO, options) {
    const proxy = await Proxy.start(t, options);
    assertAnswer(200, { ok: true }, await proxy.init(code));
    return proxy;
}

function assertAnswer(status, value, answer) {
    assert.deepEqual([answer.status, answer.json()], [status, value]);
}

module.exports = {
    ConnectionDied,
    ECHO,
    PROXY,
    Proxy,
    SENTINEL,
    assertAnswer,
    awaitTrue,
    initialization,
    initialized,
    pause,
    refusal,
    request,
};
