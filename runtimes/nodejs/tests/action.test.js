'use strict';
/* What /init and /run do with the action: results, failures, concurrency. */

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { ConnectionDied, ECHO, Proxy, SENTINEL, assertAnswer, awaitTrue, initialization, initialized, pause } = require('./proxy_process.js');

const MIB = 1 << 20;

// ---- /init

test('refuses an init without code or content', async (t) => {
    const proxy = await Proxy.start(t);
    const bodies = [{}, { value: {} }, { value: null }, { value: { main: 'main' } }, { value: 3 }, initialization(''), initialization(null), initialization(5)];
    for (const [at, body] of bodies.entries()) {
        assertAnswer(403, { error: 'Missing main/no code to execute.' }, await proxy.client.ask('/init', body));
        assert.deepEqual(proxy.sentinels(), [at + 1, at + 1]);
    }
});

test('refuses a body that is no JSON object', async (t) => {
    const proxy = await Proxy.start(t);
    for (const body of ['', '{', '[]', '1', 'null', '"a"', '\xff', '\xef\xbb\xbf{}', '{"a":1} x', '['.repeat(100_000)]) {
        for (const path of ['/init', '/run']) {
            const answer = await proxy.client.ask(path, Buffer.from(body, 'latin1'));
            assert.equal(answer.status, 400, body.slice(0, 10));
            assert.match(answer.json().error, /^The request body is not /);
        }
    }
});

test('refuses a second init', async (t) => {
    const proxy = await initialized(t);
    assertAnswer(403, { error: 'Cannot initialize the action more than once.' }, await proxy.init(ECHO));
    assert.deepEqual(proxy.sentinels(), [1, 1]);
    assertAnswer(200, { a: 1 }, await proxy.run({ a: 1 }));
});

test('says what is wrong with code that does not load', async (t) => {
    const cases = [
        ['\n\nx = = 3', /SyntaxError: Unexpected token '=' \(line 3\)$/],
        ['10 PRINT "Hello world!"\n20 GOTO 10', /SyntaxError: .+ \(line 1\)$/],
        ['function main(args) {', /SyntaxError: /],
        ["\nrequire('nowhere-to-be-found')", /Error: Cannot find module 'nowhere-to-be-found'[^]*\(line 2\)$/],
        ['function f() {\n return nothing;\n}\nf()', /ReferenceError: nothing is not defined \(line 2\)$/],
        ["throw 'a text'", /: a text$/],
        ['throw null', /: null$/],
        ['throw { toString() { throw 1; } }', /: an object that has no text$/],
        ['throw Object.assign(new Error(), { stack: 3 })', /: Error$/],
        ['throw new Proxy({}, { get() { throw 1; } })', /: an object that has no text$/],
        ['function other() {}', /it defines no function named 'main'$/],
        ['const main = 3', /it defines no function named 'main'$/],
        ["import fs from 'fs'; export function main() {}", /SyntaxError: Cannot use import statement outside a module \(line 1\)$/],
    ];
    const proxy = await Proxy.start(t);
    for (const [at, [code, message]] of cases.entries()) {
        const answer = await proxy.init(code);
        assert.equal(answer.status, 502, code);
        assert.match(answer.json().error, /^The action failed to initialize: /);
        assert.match(answer.json().error, message);
        assert.deepEqual(proxy.sentinels(), [at + 1, at + 1]);
    }
    assert.equal((await proxy.init(ECHO)).status, 200, 'may initialize after failed attempts');
    assertAnswer(200, { a: 1 }, await proxy.run({ a: 1 }));
});

test('writes the stack of a failed init to stderr, without its own lines', async (t) => {
    const proxy = await Proxy.start(t);
    await proxy.init("function deeper() {\n  throw new Error('unhappy');\n}\ndeeper();");
    const log = proxy.stderr.read();
    assert.match(log, /Error: unhappy\n    at deeper \(.*hello\.js:2:9\)/);
    assert.doesNotMatch(log, /proxy_|node:/);
});

test('finds the function as OpenWhisk does', async (t) => {
    const cases = [
        ['function main() { return { a: 1 }; }'],
        ['const main = () => ({ a: 1 }); // the end'],
        ['exports.main = () => ({ a: 1 })'],
        ['module.exports.main = () => ({ a: 1 })'],
        ['module.exports = { main: () => ({ a: 1 }) }'],
        ['function foo() { return { a: 1 }; }\nglobal.main = foo'],
        ["'use strict'; let main = async () => ({ a: 1 })"],
        ['\ufefffunction main() {\r\n return { a: 1 };\r\n}'],
        ['class A { static main() { return { a: 1 }; } } exports.main = A.main'],
        ['function niam() { return { a: 1 }; }', 'niam'],
        ['exports.default = () => ({ a: 1 })', 'default'],
        ["exports['a-b'] = () => ({ a: 1 })", 'a-b'],
        ['const o = { p: { main: () => ({ a: 1 }) } }', 'o.p.main'],
        ['exports.o = { main: () => ({ a: 1 }) }', 'o.main'],
        ['function ünï() { return { a: 1 }; }', 'ünï'],
    ];
    for (const [code, main] of cases) {
        const proxy = await Proxy.start(t);
        assert.equal((await proxy.init(code, { main })).status, 200, code);
        assertAnswer(200, { a: 1 }, await proxy.run());
    }
});

test('never runs code that comes as the name of the function', async (t) => {
    for (const main of ['main;process.exit(7)', 'main)}process.exit(7);({', 'a b', '', '.', 'constructor.constructor("process.exit(7)")', '__proto__']) {
        const proxy = await Proxy.start(t);
        const answer = await proxy.init('const x = 1', { main });
        assert.equal(answer.status, 502, main);
        assert.match(answer.json().error, /it defines no function named/);
    }
});

test('lets the script use require, import, its exports and undeclared names', async (t) => {
    const proxy = await initialized(
        t,
        `const path = require('path');
        async function main(args) {
            greeting = 'hello ' + args.x;
            const { sep } = await import('node:path');
            return { greeting, same: path.sep === sep, file: path.basename(__filename), here: __dirname === process.cwd(), argv: process.argv.length, main: require.main === module };
        }`,
    );
    assertAnswer(200, { greeting: 'hello 1', same: true, file: 'hello.js', here: true, argv: 2, main: false }, await proxy.run({ x: 1 }));
});

test('keeps its own modules out of the cache', async (t) => {
    const proxy = await initialized(t, "function main() { return { all: Object.keys(require.cache), argv: process.argv.join() }; }");
    const { all, argv } = (await proxy.run()).json();
    assert.deepEqual(all, []);
    assert.doesNotMatch(argv, /proxy\.js/);
});

test('honours NODE_PATH, also as a parameter', async (t) => {
    for (const [env, init] of [[{ NODE_PATH: '/tmp/x' }, {}], [{}, { NODE_PATH: '/tmp/x' }]]) {
        const proxy = await Proxy.start(t, { env });
        await proxy.init("function main() { return { found: require.resolve.paths('y').includes('/tmp/x') }; }", { env: init });
        assertAnswer(200, { found: true }, await proxy.run());
    }
});

test('takes half a megabyte of code', async (t) => {
    const line = '    x = "I took the one less traveled by, and that has made all the difference.";\n';
    const proxy = await initialized(t, `function main() {\n let x;\n${line.repeat(7000)} return { x: 1 };\n}`);
    assertAnswer(200, { x: 1 }, await proxy.run());
});

// ---- /run

test('refuses a run before init', async (t) => {
    const proxy = await Proxy.start(t);
    assertAnswer(500, { error: 'no action defined yet' }, await proxy.run());
    assert.deepEqual(proxy.sentinels(), [1, 1]);
});

test('echoes arguments of all shapes', async (t) => {
    const proxy = await initialized(t);
    const nested = Array.from({ length: 200 }).reduce((inner) => [inner], []);
    for (const value of [{}, { a: [1, -2.5, 1e300, null, true, { b: '' }] }, [1, 'x'], { n: nested }, JSON.parse('{"__proto__":{"a":1},"constructor":2}')]) {
        assertAnswer(200, value, await proxy.run(value));
    }
    assertAnswer(200, {}, await proxy.client.ask('/run', {}));
    assertAnswer(200, {}, await proxy.client.ask('/run', { value: null }));
    assert.deepEqual(proxy.sentinels(), [7, 7]);
});

test('handles unicode in source, arguments, logs and result', async (t) => {
    const proxy = await initialized(t, "function main(args) { const s = args.d + ' ☃ ' + args.d; console.log(s); return { w: s }; }");
    const answer = await proxy.run({ d: 'é😀\u2028' });
    assert.deepEqual(answer.json(), { w: 'é😀\u2028 ☃ é😀\u2028' });
    assert.match(answer.body.toString(), /☃/);
    assert.match(proxy.stdout.read(), /é😀\u2028 ☃ é😀\u2028\n/);
});

test('escapes lone surrogates', async (t) => {
    const proxy = await initialized(t, "function main(args) { return { a: '\\ud800é', b: args.b }; }");
    assert.equal((await proxy.run({ b: '\udfff' })).body.toString(), '{"a":"\\ud800é","b":"\\udfff"}');
});

test('echoes inputs over a megabyte', async (t) => {
    const proxy = await initialized(t);
    for (const size of [MIB, MIB + 1, 9_000_000]) {
        assertAnswer(200, { x: 'é'.repeat(size) }, await proxy.run({ x: 'é'.repeat(size) }));
    }
});

test('takes nothing returned for an empty object', async (t) => {
    for (const code of ['function main() {}', 'async function main() {}', 'function main() { return Promise.resolve(); }']) {
        assertAnswer(200, {}, await (await initialized(t, code)).run());
    }
});

test('refuses results that are no object or array', async (t) => {
    const proxy = await initialized(t, 'async function main(args) { return eval(args.code); } exports.main = (args) => (args.sync ? eval(args.code) : main(args));');
    const codes = ["'text'", '3', 'true', 'null', 'main', 'Symbol()', '10n', 'new Date()', '({ toJSON() {} })', '({ toJSON() { return 3; } })'];
    let count = 0;
    for (const code of codes) {
        for (const sync of [false, true]) {
            assertAnswer(502, { error: 'The action did not return a dictionary or array.' }, await proxy.run({ code, sync }));
            assert.deepEqual(proxy.sentinels(), [++count, count], code);
        }
    }
});

test('says why a result is no JSON', async (t) => {
    const proxy = await initialized(t, 'function main(args) { const o = {}; o.self = o; return args.code ? eval(args.code) : args; }');
    const cases = [
        ['o', /Converting circular structure/],
        ['({ a: 1n })', /BigInt/],
        ["({ toJSON() { throw new Error('never'); } })", /never/],
        ['({ get a() { throw undefined; } })', /undefined/],
        ["Array(40).fill('x'.repeat(2 ** 24))", /Invalid string length/],
    ];
    for (const [code, message] of cases) {
        const answer = await proxy.run({ code });
        assert.equal(answer.status, 502, code);
        assert.match(answer.json().error, /^The action returned something that JSON cannot hold: /);
        assert.match(answer.json().error, message);
        assertAnswer(200, { still: 'well' }, await proxy.run({ still: 'well' }));
    }
});

test('answers a large result', async (t) => {
    const proxy = await initialized(t, "function main(args) { return { x: args.c.repeat(args.n) }; }");
    for (const c of ['y', 'é']) {
        assert.equal((await proxy.run({ c, n: 20 * MIB })).body.length, Buffer.byteLength(c) * 20 * MIB + 8);
    }
});

test('answers an error thrown at once with 502 and its text', async (t) => {
    const proxy = await initialized(t, 'function main(args) {\n if (args.code) eval(args.code);\n return args;\n}');
    const cases = [
        ["throw new TypeError('too few')", 'TypeError: too few'],
        ["throw 'nooooo'", 'nooooo'],
        ['throw null', 'null'],
        ["require('.nowhere')", "Error: Cannot find module '.nowhere'"],
        ['(function f() { f(); })()', 'RangeError: Maximum call stack size exceeded'],
        ['throw { toString() { throw 1; } }', 'an object that has no text'],
        ["throw new Error('\\ud800')", 'Error: \ud800'],
    ];
    for (const [at, [code, text]] of cases.entries()) {
        const answer = await proxy.run({ code });
        assert.equal(answer.status, 502);
        assert.ok(answer.json().error.startsWith('An error has occurred: ' + text), answer.json().error);
        assert.deepEqual(proxy.sentinels(), [at + 1, at + 1]);
    }
    assert.match(proxy.stderr.read(), /TypeError: too few\n.*\n    at main \(.*hello\.js:2:/);
    assert.doesNotMatch(proxy.stderr.read(), /proxy_/);
    assertAnswer(200, { a: 1 }, await proxy.run({ a: 1 }));
});

test('answers a rejection as an application error, as serialize-error does', async (t) => {
    const proxy = await initialized(t, 'async function main(args) { throw eval(args.code); }');
    const cases = [
        ['undefined', {}],
        ['0', {}],
        ["'text'", 'text'],
        ['({ done: true, list: [1, { a: 1 }] })', { done: true, list: [1, { a: 1 }] }],
        ['const o = { f() {} }; o.o = o; o', { o: '[Circular]' }],
        ['function f() {} f', '[Function: f]'],
        ['5n', '5n'],
        ['({ b: Buffer.from("x"), d: new Date(0) })', { b: '[object Buffer]', d: '1970-01-01T00:00:00.000Z' }],
        ['({ get a() { throw 1; } })', '[object Object]'],
        ['({ get a() { throw 1; }, toString() { throw 2; } })', 'an object that has no text'],
        ['({ toJSON() { return { a: 1n }; } })', '[object Object]'],
    ];
    for (const [code, error] of cases) {
        assertAnswer(200, { error }, await proxy.run({ code }));
    }
    const { error } = (await proxy.run({ code: "Object.assign(new TypeError('x', { cause: new Error('why') }), { code: 'E', extra: { a: 1 } })" })).json();
    assert.deepEqual([error.name, error.message, error.code, error.extra, error.cause.message], ['TypeError', 'x', 'E', { a: 1 }, 'why']);
    assert.match(error.stack, /^TypeError: x\n    at /);
    assert.match(proxy.stderr.read(), /TypeError: x\n    at eval/);
});

test('leaves it to the function to return an error', async (t) => {
    const proxy = await initialized(t, "function main() { return { error: 'sorry' }; }");
    assertAnswer(200, { error: 'sorry' }, await proxy.run());
});

test('awaits promises of any make, once', async (t) => {
    const proxy = await initialized(t, 'function main(args) { return eval(args.code); }');
    const cases = [
        ['new Promise((done) => setTimeout(done, 5, { a: 1 }))', { a: 1 }],
        ['({ then(done, fail) { done({ a: 1 }); done({ a: 2 }); fail(3); } })', { a: 1 }],
        ['({ then(done, fail) { fail({ a: 1 }); throw 3; } })', { error: { a: 1 } }],
        ['({ then: 3 })', { then: 3 }],
        ['Promise.resolve([1])', [1]],
    ];
    for (const [at, [code, value]] of cases.entries()) {
        assertAnswer(200, value, await proxy.run({ code }));
        assert.deepEqual(proxy.sentinels(), [at + 1, at + 1]);
    }
});

test('survives a function that replaces what the proxy needs', async (t) => {
    const proxy = await initialized(
        t,
        `function main(args) {
            if (!args.again) {
                JSON.stringify = JSON.parse = () => 'broken';
                require('fs').writeSync = () => { throw new Error('broken'); };
                Array.isArray = () => true;
                Buffer.byteLength = () => 0;
                globalThis.Promise = undefined;
            }
            return args;
        }`,
    );
    assertAnswer(200, {}, await proxy.run());
    assertAnswer(200, { again: 1 }, await proxy.run({ again: 1 }));
    assert.deepEqual(proxy.sentinels(), [2, 2]);
});

test('gives end of file on standard input', async (t) => {
    const proxy = await initialized(t, "async function main() { let s = ''; for await (const d of process.stdin) s += d; return { s, sync: require('fs').readFileSync(0, 'utf8') }; }");
    assertAnswer(200, { s: '', sync: '' }, await proxy.run());
});

// ---- several at once

const GATE = 'const open = {}; function main(args) { console.log(args.n); if (args.open >= 0) { open[args.open](args); return args; } return new Promise((done) => (open[args.n] = done)); }';

test('runs several activations at once on several connections', async (t) => {
    const proxy = await initialized(t, GATE);
    const waiting = [];
    for (let n = 0; n < 100; n++) {
        const client = await proxy.connect();
        waiting.push(client.ask('/run', { value: { n }, activation_id: `a${n}` }));
    }
    await awaitTrue(() => proxy.stdout.lines().length === 100, 'all to be running');
    assert.deepEqual(proxy.sentinels(), [0, 0]);
    for (let n = 99; n >= 0; n--) {
        await proxy.run({ open: n });
        assertAnswer(200, { open: n }, await waiting[n]);
    }
    assert.deepEqual(proxy.sentinels(), [200, 200]);
});

test('refuses runs and inits while it initializes', async (t) => {
    const { base64 } = require('./zips.js');
    const proxy = await Proxy.start(t);
    const first = proxy.init(base64({ 'index.mjs': "await new Promise((go) => setTimeout(go, 200)); export const main = (a) => a;" }), { binary: true });
    const other = await proxy.connect();
    assertAnswer(403, { error: 'Cannot initialize the action more than once.' }, await other.ask('/init', initialization(ECHO)));
    assertAnswer(500, { error: 'no action defined yet' }, await other.ask('/run', {}));
    assertAnswer(200, { ok: true }, await first);
    assertAnswer(200, { a: 1 }, await other.ask('/run', { value: { a: 1 } }));
});

// ---- the end of the process

const ENDINGS = [
    ['process.exit(3)', 3, 'the function called process.exit(3).'],
    ['process.exit()', 0, 'the function called process.exit(0).'],
    ["setTimeout(() => { throw new Error('late'); }); return new Promise(() => {})", 1, 'an error was thrown that nobody caught: Error: late.'],
    ["Promise.reject(new Error('lost')); return new Promise(() => {})", 1, 'a promise was rejected and nobody handled it: Error: lost.'],
    ['setImmediate(() => process.exit(4)); return new Promise(() => {})', 4, 'the function called process.exit(4).'],
    ["process.on('exit', () => console.log('bye')); process.exit(5)", 5, 'the function called process.exit(5).'],
];

test('answers 502 and dies when the function ends the process', async (t) => {
    for (const [code, exit, why] of ENDINGS) {
        const proxy = await initialized(t, `function main() { ${code}; }`);
        assertAnswer(502, { error: `The action ended its process: ${why}` }, await proxy.run());
        assert.equal(await proxy.ended, exit, code);
        assert.deepEqual(proxy.sentinels(), [1, 1]);
        assert.equal(proxy.stdout.lines().at(-1), SENTINEL);
    }
});

test('answers 502 and dies when the code ends the process while it loads', async (t) => {
    const proxy = await Proxy.start(t);
    assertAnswer(502, { error: 'The action failed to initialize: the function called process.exit(3).' }, await proxy.init('process.exit(3)'));
    assert.equal(await proxy.ended, 3);
    assert.deepEqual(proxy.sentinels(), [1, 1]);
});

test('answers every run that is going on when one ends the process', async (t) => {
    const proxy = await initialized(t, "function main(args) { console.log('on'); if (args.exit) process.exit(1); return new Promise(() => {}); }");
    const waiting = [];
    for (let n = 0; n < 5; n++) {
        waiting.push((await proxy.connect()).ask('/run', { value: { n } }));
    }
    await awaitTrue(() => proxy.stdout.lines().length === 5, 'all to be running');
    waiting.push(proxy.run({ exit: 1 }));
    for (const answer of waiting) {
        assert.equal((await answer).status, 502);
    }
    assert.deepEqual(proxy.sentinels(), [6, 6]);
});

test('dies between activations of what nobody caught, and says why', async (t) => {
    const proxy = await initialized(t, "function main() { setTimeout(() => Promise.reject(new Error('much later')), 20); }");
    assertAnswer(200, {}, await proxy.run());
    assert.equal(await proxy.ended, 1);
    assert.match(proxy.stderr.read(), /Error: much later/);
    assert.deepEqual(proxy.sentinels(), [1, 1]);
});

test("leaves errors to the function's own listeners", async (t) => {
    const proxy = await initialized(
        t,
        `let seen = [];
        process.on('uncaughtException', (e) => seen.push(e.message));
        process.on('unhandledRejection', (e) => seen.push(e.message));
        function main() { setTimeout(() => { throw new Error('a'); }); Promise.reject(new Error('b')); return new Promise((done) => setTimeout(() => done({ seen: seen.sort() }), 20)); }`,
    );
    assertAnswer(200, { seen: ['a', 'b'] }, await proxy.run());
});

test('ends the connection without an answer when the process is killed from within', async (t) => {
    for (const code of ['process.kill(process.pid, 9)', 'process.abort()']) {
        const proxy = await initialized(t, `function main() { ${code}; }`, { prefix: ['sh', '-c', 'ulimit -c 0; exec "$@"', 'sh'] });
        await assert.rejects(proxy.run(), ConnectionDied);
    }
});

test('never starts a second proxy when the function uses cluster', async (t) => {
    const proxy = await initialized(
        t,
        `const cluster = require('cluster');
        function main() { return new Promise((done) => cluster.fork().on('exit', (code) => done({ code }))); }`,
    );
    assertAnswer(200, { code: 1 }, await proxy.run());
    assertAnswer(200, { code: 1 }, await (await proxy.connect()).ask('/run', {}));
});

test('survives a worker thread that exits or fails', async (t) => {
    const proxy = await initialized(
        t,
        `const { Worker } = require('worker_threads');
        function main(args) { return new Promise((done) => new Worker(args.code, { eval: true }).on('error', () => {}).on('exit', (code) => done({ code }))); }`,
    );
    assertAnswer(200, { code: 3 }, await proxy.run({ code: 'process.exit(3)' }));
    assertAnswer(200, { code: 1 }, await proxy.run({ code: "throw new Error('x')" }));
});

test('goes on with timers that an activation left', async (t) => {
    const proxy = await initialized(t, 'let n = 0; setInterval(() => n++, 1); function main() { return { n }; }');
    await pause(20);
    assert.ok((await proxy.run()).json().n > 0);
});
