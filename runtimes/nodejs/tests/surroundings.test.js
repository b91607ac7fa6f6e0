'use strict';
/* What surrounds the function: environment, logs, listening sockets; and the proxy's own life and death. */

const assert = require('node:assert/strict');
const { execFileSync, spawn, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { ECHO, PROXY, Proxy, SENTINEL, assertAnswer, awaitTrue, initialized, pause, refusal, request } = require('./proxy_process.js');

// ---- environment

const SHOW = "function main(args) { return Object.fromEntries(Object.entries(process.env).filter(([name]) => name.startsWith(args.p || '__OW_'))); }";

test('exports every string field of run', async (t) => {
    const proxy = await initialized(t, SHOW);
    const fields = { namespace: 'guest', activation_id: 'a1', deadline: '123', instance_id: 'é', api_key: 'u:k', brand_new: '' };
    const exported = Object.fromEntries(Object.entries(fields).map(([name, value]) => ['__OW_' + name.toUpperCase(), value]));
    assertAnswer(200, exported, await proxy.run({}, { ...fields, number: 3, group_size: 4, nothing: null, list: [] }));
});

test("leaves nothing of one run's identity to the next", async (t) => {
    const proxy = await initialized(t, SHOW);
    await proxy.run({}, { activation_id: 'a1', instance_id: 'i1', group: 'g', group_rank: '0', api_key: 'k' });
    assertAnswer(200, { __OW_ACTIVATION_ID: 'a2', __OW_INSTANCE_ID: 'i1' }, await proxy.run({}, { activation_id: 'a2', instance_id: 'i1' }));
    assertAnswer(200, { __OW_INSTANCE_ID: 'i2' }, await proxy.run({}, { instance_id: 'i2', activation_id: 5 }));
    assertAnswer(200, {}, await proxy.run());
});

test("exports init's environment and lets run replace the identity in it", async (t) => {
    const proxy = await Proxy.start(t);
    const env = { P_TEXT: 'é', P_NULL: null, P_NUMBER: 0, P_OBJECT: { a: [1] }, __OW_API_HOST: 'h', __OW_GROUP: 'g', __OW_ACTIVATION_ID: 'a1' };
    await proxy.init(SHOW, { env });
    assertAnswer(200, { P_TEXT: 'é', P_NULL: '', P_NUMBER: '0', P_OBJECT: '{"a":[1]}' }, await proxy.run({ p: 'P_' }));
    assertAnswer(200, { __OW_API_HOST: 'h', __OW_ACTIVATION_ID: 'a2' }, await proxy.run({}, { activation_id: 'a2' }));
});

test("has init's environment while the code loads", async (t) => {
    const proxy = await Proxy.start(t);
    await proxy.init('const v = process.env.V; function main() { return { v }; }', { env: { V: 'w' } });
    assertAnswer(200, { v: 'w' }, await proxy.run());
});

test('names a variable that cannot be set', async (t) => {
    const proxy = await Proxy.start(t);
    for (const env of [{ 'A=B': 'x' }, { '': 'x' }, { 'A\0': 'x' }, { A: 'x\0y' }, { A: '\ud800' }]) {
        const answer = await proxy.init(ECHO, { env });
        assert.equal(answer.status, 400);
        assert.ok(answer.json().error.startsWith(`The environment variable ${JSON.stringify(Object.keys(env)[0])} cannot be set`), answer.json().error);
    }
});

test('survives a function that clears or replaces its environment', async (t) => {
    for (const code of ['for (const name in process.env) delete process.env[name]', 'process.env = {}']) {
        const proxy = await initialized(t, `function main() { const id = process.env.__OW_ACTIVATION_ID; ${code}; return { id }; }`);
        assertAnswer(200, { id: 'x' }, await proxy.run({}, { group: 'g', activation_id: 'x' }));
        assertAnswer(200, { id: 'y' }, await proxy.run({}, { group: 'g', activation_id: 'y' }));
        assertAnswer(200, {}, await proxy.run());
    }
});

// ---- logs

test('has all output and one end marker per stream before the answer', async (t) => {
    const proxy = await initialized(t, "function main(args) { console.log('out', args.n); console.error('err', args.n); return args; }");
    assert.equal(proxy.stdout.read() + proxy.stderr.read(), '');
    for (const n of [1, 2]) {
        await proxy.run({ n });
        assert.deepEqual(proxy.stdout.lines().slice(-2), [`out ${n}`, SENTINEL]);
        assert.deepEqual(proxy.stderr.lines().slice(-2), [`err ${n}`, SENTINEL]);
    }
});

test('puts the end marker on a line of its own', async (t) => {
    const proxy = await initialized(t, "function main(args) { process.stdout.write(args.s); process.stderr.write(Buffer.from('raw')); return args; }");
    for (const [s, expected] of [['no end', ['no end', SENTINEL]], ['end\n', ['end', SENTINEL]], ['', [SENTINEL]]]) {
        const before = proxy.stdout.lines().length;
        await proxy.run({ s });
        assert.deepEqual(proxy.stdout.lines().slice(before), expected);
    }
    assert.deepEqual(proxy.stderr.lines(), ['raw', SENTINEL, 'raw', SENTINEL, 'raw', SENTINEL]);
});

test('writes each line as soon as it is printed', async (t) => {
    const proxy = await initialized(t, "function main(args) { console.log('first'); require('fs').readFileSync('gate'); return args; }");
    execFileSync('mkfifo', [path.join(proxy.work, 'gate')]);
    const answer = proxy.run();
    await awaitTrue(() => proxy.stdout.read() === 'first\n', 'the first line');
    fs.writeFileSync(path.join(proxy.work, 'gate'), 'x');
    assert.equal((await answer).status, 200);
});

test('has megabytes of output before the answer, however slow the reader', async (t) => {
    const proxy = await initialized(t, "function main() { for (let n = 0; n < 50000; n++) console.log('line ' + n); console.error('x'.repeat(300000)); return {}; }");
    const answer = proxy.run();
    const reading = setInterval(() => proxy.stdout.read() && proxy.stderr.read(), 1);
    t.after(() => clearInterval(reading));
    await answer;
    const lines = proxy.stdout.lines();
    assert.equal(lines.length, 50001);
    assert.deepEqual(lines.slice(-2), ['line 49999', SENTINEL]);
    assert.deepEqual(proxy.stderr.lines(), ['x'.repeat(300000), SENTINEL]);
});

test('loses nothing when a child process made the pipe non-blocking', async (t) => {
    const proxy = await initialized(
        t,
        `const { spawnSync } = require('child_process');
        const set = 'import fcntl, os; [fcntl.fcntl(fd, fcntl.F_SETFL, fcntl.fcntl(fd, fcntl.F_GETFL) | os.O_NONBLOCK) for fd in (1, 2)]';
        function main() {
            const { status } = spawnSync('/usr/bin/python3', ['-c', set], { stdio: 'inherit' });
            for (let n = 0; n < 50000; n++) console.log('line ' + n);
            return { status };
        }`,
    );
    const answer = proxy.run();
    const reading = setInterval(() => proxy.stdout.read(), 1);
    t.after(() => clearInterval(reading));
    assertAnswer(200, { status: 0 }, await answer);
    const lines = proxy.stdout.lines();
    assert.deepEqual([lines.length, lines.at(-1)], [50001, SENTINEL]);
});

test('makes a function that prints without end wait, and dies of SIGTERM all the same', async (t) => {
    const proxy = await initialized(t, "function main() { for (;;) console.log('again'); }");
    proxy.client.send(request('/run', {}));
    await awaitTrue(() => proxy.stdout.read().length > 1_000_000, 'much output');
    await pause(50); // nobody reads: the pipe is full
    const memory = /VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${proxy.process.pid}/status`, 'utf8'))[1];
    assert.ok(Number(memory) < 150_000, `${memory} KiB`);
    proxy.process.kill('SIGTERM');
    assert.equal(await proxy.ended, 'SIGTERM');
});

test('survives what functions do to their streams', async (t) => {
    const cases = [
        'process.stdout.end()',
        "process.stdout.end('')",
        'process.stdout.end(() => {})',
        'process.stdout.destroy()',
        'process.stdout.destroy(new Error("x"))',
        'fs.closeSync(1)',
        'fs.closeSync(1); fs.closeSync(2); fs.closeSync(0)',
        'fs.closeSync(1); keep.push(fs.openSync("/dev/null", "w"))',
        'await new Promise((done) => fs.close(1, done))',
        'await require("stream/promises").pipeline(require("stream").Readable.from([""]), process.stdout)',
        'process.stdin.destroy()',
        'await import("fs").then((all) => all.default.closeSync(1))',
    ];
    for (const line of cases) {
        const proxy = await initialized(t, `const fs = require('fs'); const keep = []; async function main(args) { console.log(args.n); ${line}; return args; }`);
        for (const n of [1, 2]) {
            assertAnswer(200, { n }, await proxy.run({ n }));
            assertAnswer(200, { n }, await (await proxy.connect()).ask('/run', { value: { n } }));
        }
        assert.deepEqual(proxy.stdout.lines(), ['1', SENTINEL, '1', SENTINEL, '2', SENTINEL, '2', SENTINEL], line);
        assert.deepEqual(proxy.sentinels(), [4, 4]);
    }
});

test('answers although nobody reads the logs', async (t) => {
    const proxy = await initialized(t, "function main(args) { console.log('x'); return args; }");
    proxy.stdout.close();
    proxy.stdout.close = () => {};
    for (const n of [1, 2]) {
        assertAnswer(200, { n }, await proxy.run({ n }));
    }
});

test('collects the output of child processes', async (t) => {
    const proxy = await initialized(t, "function main() { require('child_process').spawnSync('echo', ['from a child'], { stdio: 'inherit' }); return {}; }");
    await proxy.run();
    assert.deepEqual(proxy.stdout.lines(), ['from a child', SENTINEL]);
});

// ---- listening sockets

const LISTEN = `const net = require('net'); const kept = [];
function main(args) {
    return new Promise((done, fail) => {
        const server = (args.http ? require('http') : net).createServer().on('error', fail);
        kept.push(server);
        server.listen(args.unix ? 'leak' : args.host ? { port: args.port || 0, host: args.host } : args.port || 0, () => done({ at: args.unix ? 'leak' : server.address().port }));
    });
}`;

function whereabouts(proxy, at) {
    return typeof at === 'string' ? { path: path.join(proxy.work, at) } : { port: at, host: '127.0.0.1' };
}

test('closes listening sockets that a run left open', async (t) => {
    for (const how of [{}, { unix: 1 }, { http: 1 }, { host: '127.0.0.1' }]) {
        const proxy = await initialized(t, LISTEN);
        const { at } = (await proxy.run(how)).json();
        assert.match(await refusal(whereabouts(proxy, at)), /ECONNREFUSED|ENOENT/, JSON.stringify(how));
    }
});

test('frees the port for the next activation', async (t) => {
    const proxy = await initialized(t, LISTEN);
    const { at } = (await proxy.run({ host: '127.0.0.1' })).json();
    assertAnswer(200, { at }, await proxy.run({ host: '127.0.0.1', port: at }));
});

test('closes a socket that begins to listen only after its run', async (t) => {
    const proxy = await initialized(
        t,
        `let at, server;
        const listen = () => { server = require('net').createServer().listen({ port: 0, host: 'localhost' }, () => { at = server.address()?.port ?? 0; }); };
        function main(args) { if (args.late) setTimeout(listen, 10); else if (args.now) listen(); return { at, listening: server?.listening }; }`,
    );
    for (const how of [{ now: 1 }, { late: 1 }]) {
        await proxy.run(how);
        const { at, listening } = await awaitTrue(async () => {
            const state = (await proxy.run()).json();
            return state.at !== undefined && state;
        }, 'the socket to have listened');
        assert.equal(listening, false);
        assert.ok(at === 0 || (await refusal({ port: at, host: '127.0.0.1' })));
    }
});

test('keeps connections and what the module itself listens on', async (t) => {
    const proxy = await initialized(
        t,
        `const net = require('net');
        const own = net.createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1');
        let client;
        async function main() {
            client ??= net.connect(own.address().port, '127.0.0.1');
            client.write('x');
            return { got: (await new Promise((done) => client.once('data', done))).toString(), port: own.address().port };
        }`,
    );
    let port;
    for (let n = 0; n < 3; n++) {
        const answer = (await proxy.run()).json();
        assert.equal(answer.got, 'x');
        ({ port } = answer);
    }
    assert.equal(await refusal({ port, host: '127.0.0.1' }), undefined);
});

test('closes none while another run is going on, and all after the last', async (t) => {
    const gate = "args.wait ? new Promise((done) => { console.log('on'); go = done; }) : args.go ? (go({}), {}) : main(args)";
    const proxy = await Proxy.start(t);
    await proxy.init(`${LISTEN} let go; exports.gated = (args) => ${gate};`, { main: 'gated' });
    const other = await proxy.connect();
    const waiting = other.ask('/run', { value: { wait: 1 } });
    await awaitTrue(() => proxy.stdout.read().includes('on'), 'the first run to begin');
    const { at } = (await proxy.run({ host: '127.0.0.1' })).json();
    assert.equal(await refusal(whereabouts(proxy, at)), undefined);
    await proxy.run({ go: 1 });
    await waiting;
    assert.match(await refusal(whereabouts(proxy, at)), /ECONNREFUSED/);
});

test('uses no more descriptors call after call', async (t) => {
    const proxy = await initialized(t, LISTEN);
    await proxy.run();
    const before = proxy.descriptors();
    for (let n = 0; n < 50; n++) {
        await proxy.run();
    }
    assert.equal(proxy.descriptors(), before);
});

// ---- life and death

test('ends at once on SIGTERM even within a call', async (t) => {
    const proxy = await initialized(t, "function main() { console.log('busy'); for (;;); }");
    proxy.client.send(request('/run', {}));
    await awaitTrue(() => proxy.stdout.read().includes('busy'), 'the call to begin');
    proxy.process.kill('SIGTERM');
    assert.equal(await proxy.ended, 'SIGTERM');
});

const canMakePidNamespace = process.getuid() === 0 && spawnSync('unshare', ['--pid', '--fork', 'true']).status === 0;

test('ends on SIGTERM as the first process of a container', { skip: !canMakePidNamespace }, async (t) => {
    const proxy = await initialized(t, ECHO, { prefix: ['unshare', '--pid', '--fork', '--kill-child'] });
    const { pid } = proxy.process;
    process.kill(Number(fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ')[0]), 'SIGTERM');
    assert.equal(await proxy.ended, 128 + 15);
});

test('keeps waiting when its clients leave', async (t) => {
    const proxy = await initialized(t);
    proxy.client.close();
    assertAnswer(200, { a: 1 }, await (await proxy.connect()).ask('/run', { value: { a: 1 } }));
});

test("takes the place of a dead predecessor's socket", async (t) => {
    const proxy = await Proxy.start(t);
    const stale = path.join(proxy.work, 'stale');
    execFileSync('/usr/bin/python3', ['-c', 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])', stale]);
    const second = spawn(process.execPath, [PROXY, '--unix', stale], { stdio: 'ignore' });
    t.after(() => second.kill('SIGKILL'));
    await awaitTrue(async () => !(await refusal({ path: stale })), 'the new proxy to listen');
});

test('says why it cannot start', async (t) => {
    const { work } = await Proxy.start(t);
    fs.writeFileSync(path.join(work, 'file'), '');
    const cases = [
        [['--unix'], /^usage: /],
        [['--port', '8080'], /^usage: /],
        [['--unix', work + '/none/s'], /cannot listen on --unix/],
        [['--unix', work + '/file'], /cannot listen on --unix/],
        [['--unix', '/tmp/' + 'x'.repeat(200)], /at most 107 bytes/],
        [['--tcp', '8080'], /not HOST:PORT/],
        [['--tcp', '127.0.0.1:99999'], /cannot listen on --tcp/],
        [['--tcp', '192.0.2.1:1'], /cannot listen on --tcp 192\.0\.2\.1:1: .*EADDRNOTAVAIL/],
    ];
    for (const [args, message] of cases) {
        const done = spawnSync(process.execPath, [PROXY, ...args], { encoding: 'utf8', timeout: 20_000 });
        assert.deepEqual([done.status, done.stdout], [1, ''], args.join(' '));
        assert.match(done.stderr, message);
        assert.equal(done.stderr.trimEnd().split('\n').length, 1, done.stderr);
    }
});
