'use strict';
/* The proxy's HTTP: framing, keep-alive, several clients, broken ones. */

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { ConnectionDied, ECHO, Proxy, assertAnswer, awaitTrue, initialization, initialized, request } = require('./proxy_process.js');

const MIB = 1 << 20;
const bytes = (text) => Buffer.from(text, 'latin1');
const repeat = (piece, count) => Buffer.alloc(piece.length * count, piece);

/** It still answers, on a new connection. */
async function assertWell(proxy) {
    const client = await proxy.connect();
    assert.deepEqual((await client.ask('/run', { value: { well: 1 } })).json(), { well: 1 });
    client.close();
}

function chunked(chunks, trailer = '') {
    const pieces = chunks.flatMap((chunk) => [bytes(chunk.length.toString(16) + '\r\n'), chunk, bytes('\r\n')]);
    const head = bytes('POST /run HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: Chunked\r\n\r\n');
    return Buffer.concat([head, ...pieces, bytes(`0\r\n${trailer}\r\n`)]);
}

test('states length and type in every answer', async (t) => {
    const proxy = await Proxy.start(t);
    for (const [path, body] of [['/init', {}], ['/run', {}], ['/init', initialization(ECHO)], ['/run', {}], ['/run', bytes('x')], ['/none', {}]]) {
        const answer = await proxy.client.ask(path, body);
        assert.equal(answer.headers['content-type'], 'application/json');
        assert.equal(Number(answer.headers['content-length']), answer.body.length);
    }
});

test('sends a small answer in one piece', async (t) => {
    const proxy = await initialized(t);
    proxy.client.send(request('/run', { value: { a: 1 } }));
    await proxy.client.more();
    assert.match(proxy.client.pieces.at(-1).toString(), /^HTTP[^]*\r\n\r\n\{"a":1\}$/);
});

test('knows two paths and one method', async (t) => {
    const proxy = await initialized(t);
    const cases = [['POST', '/', 404], ['GET', '/', 404], ['POST', '/runs', 404], ['GET', '/run', 405], ['PUT', '/init', 405], ['POST', '/run?x=1', 200]];
    for (const [method, path, status] of cases) {
        assert.equal((await proxy.client.ask(path, {}, { method })).status, status, `${method} ${path}`);
    }
    assert.deepEqual(proxy.sentinels(), [1, 1]);
});

test('keeps the connection as asked', async (t) => {
    const proxy = await initialized(t);
    const cases = [
        ['HTTP/1.1', [], true],
        ['HTTP/1.1', ['Connection: keep-alive'], true],
        ['HTTP/1.1', ['Connection: close'], false],
        ['HTTP/1.1', ['connection: TE, Close'], false],
        ['HTTP/1.0', [], false],
        ['HTTP/1.0', ['Connection: Keep-Alive'], true],
    ];
    for (const [version, headers, kept] of cases) {
        const client = await proxy.connect();
        for (let n = 0; n < (kept ? 2 : 1); n++) {
            assertAnswer(200, { n }, await client.ask('/run', { value: { n } }, { version, headers }));
        }
        assert.ok(kept ? !client.over : await client.closedByPeer(), `${version} ${headers}`);
    }
});

test('answers pipelined requests in order, slow ones too', async (t) => {
    const proxy = await initialized(t, 'function main(a) { return a.n % 3 ? a : new Promise((done) => setTimeout(done, 2, a)); }');
    proxy.client.send(Buffer.concat(Array.from({ length: 50 }, (_, n) => request('/run', { value: { n } }))));
    for (let n = 0; n < 50; n++) {
        assertAnswer(200, { n }, await proxy.client.answer());
    }
});

test('answers a client that has finished sending', async (t) => {
    const proxy = await initialized(t, 'async function main(a) { await null; return a; }');
    const client = await proxy.connect();
    client.socket.end(Buffer.concat([request('/run', { value: { a: 1 } }), request('/run', { value: { a: 2 } }), bytes('POST')]));
    assertAnswer(200, { a: 1 }, await client.answer());
    assertAnswer(200, { a: 2 }, await client.answer());
    assert.ok(await client.closedByPeer());
});

test('holds a large answer for a slow reader while serving others', async (t) => {
    const proxy = await initialized(t, "function main(a) { return { x: 'y'.repeat(a.n) }; }");
    proxy.client.socket.pause();
    proxy.client.send(Buffer.concat([request('/run', { value: { n: 8 * MIB } }), request('/run', { value: { n: 8 * MIB } })]));
    const other = await proxy.connect();
    assertAnswer(200, { x: 'yy' }, await other.ask('/run', { value: { n: 2 } }));
    proxy.client.socket.resume();
    for (let n = 0; n < 2; n++) {
        assert.equal((await proxy.client.answer()).body.length, 8 * MIB + 8);
    }
});

test('makes a client that sends faster than it is answered wait', async (t) => {
    const proxy = await initialized(t, 'const all = []; let open; function main(a) { if (a.open) { all.forEach((go) => go(a)); open = 1; return a; } return open ? a : new Promise((go) => all.push(go)); }');
    const eager = await proxy.connect();
    const requests = repeat(request('/run', { value: { x: 'y'.repeat(100_000) } }), 300);
    eager.send(requests);
    await awaitTrue(() => eager.socket.bytesWritten - eager.socket.writableLength < requests.length, 'the client to be held up');
    assertAnswer(200, { open: 1 }, await proxy.run({ open: 1 }));
    for (let n = 0; n < 300; n++) {
        assert.equal((await eager.answer()).status, 200);
    }
});

test('listens on tcp as well', async (t) => {
    const proxy = await initialized(t, ECHO, { tcp: true });
    assertAnswer(200, { a: 1 }, await proxy.run({ a: 1 }));
    assertAnswer(200, { x: 'y'.repeat(MIB) }, await proxy.run({ x: 'y'.repeat(MIB) }));
});

test('takes a request in any pieces', async (t) => {
    const proxy = await initialized(t);
    proxy.client.socket.setNoDelay(true);
    const data = request('/run', { value: { a: 'é' } });
    for (const size of [1, 2, 7, data.length - 1]) {
        for (let start = 0; start < data.length; start += size) {
            proxy.client.send(data.subarray(start, start + size));
            await new Promise(setImmediate);
        }
        assertAnswer(200, { a: 'é' }, await proxy.client.answer());
    }
});

test('takes chunked bodies', async (t) => {
    const proxy = await initialized(t);
    const text = 'x'.repeat(100_000);
    const body = Buffer.from(JSON.stringify({ value: { a: text } }));
    for (const size of [1, 1000, 65536, body.length]) {
        const chunks = Array.from({ length: Math.ceil(body.length / size) }, (_, n) => body.subarray(n * size, (n + 1) * size));
        const data = chunked(chunks, 'Some: trailer\r\n');
        proxy.client.send(Buffer.concat([data, data]));
        assertAnswer(200, { a: text }, await proxy.client.answer());
        assertAnswer(200, { a: text }, await proxy.client.answer());
    }
});

test('takes chunked bodies byte by byte and with extensions', async (t) => {
    const proxy = await initialized(t);
    const data = chunked(['{"value"', ':{', '}}'].map(bytes)).latin1Slice().replace('8\r\n', '8 ;name=value\r\n');
    for (const byte of bytes(data)) {
        proxy.client.send(Buffer.of(byte));
        await new Promise(setImmediate);
    }
    assertAnswer(200, {}, await proxy.client.answer());
});

test('invites a client that expects 100-continue', async (t) => {
    const { client } = await initialized(t);
    const data = request('/run', { value: { a: 1 } }, { headers: ['Expect: 100-continue'] });
    const middle = data.indexOf('\r\n\r\n') + 4;
    client.send(data.subarray(0, middle));
    assert.equal((await client.take(25)).toString(), 'HTTP/1.1 100 Continue\r\n\r\n');
    client.send(data.subarray(middle));
    assertAnswer(200, { a: 1 }, await client.answer());
    client.send(data);
    assert.equal((await client.answer()).status, 200);
});

const POST = 'POST /run HTTP/1.1\r\n';
const CHUNKS = POST + 'Transfer-Encoding: chunked\r\n\r\n';
const TOO_LARGE = [
    [POST + `Content-Length: ${100 * MIB + 1}\r\n\r\n`, 413],
    [POST + 'Expect: 100-continue\r\nContent-Length: 99999999999999\r\n\r\n', 413],
    [CHUNKS + (100 * MIB + 1).toString(16) + '\r\n', 413],
    [POST + 'A: ' + 'b'.repeat(65536), 431],
    ['P'.repeat(65600), 431],
    [CHUNKS + '0\r\n' + 'a: b\r\n'.repeat(20000), 431],
];

test('refuses bodies and heads over the limit', async (t) => {
    const proxy = await initialized(t);
    for (const [data, status] of TOO_LARGE) {
        const client = await proxy.connect();
        client.send(bytes(data));
        client.send(repeat(bytes('x'), MIB)); // such a client may still be sending; it must see the answer all the same
        assert.equal((await client.answer()).status, status, data.slice(0, 60));
        client.socket.end();
        assert.ok(await client.closedByPeer());
    }
    await assertWell(proxy);
});

test('takes a body just below the limit', async (t) => {
    const proxy = await initialized(t, 'function main(a) { return { n: a.x.length }; }');
    const [start, end] = ['{"value":{"x":"', '"}}'].map(bytes);
    const length = 100 * MIB - start.length - end.length;
    assertAnswer(200, { n: length }, await proxy.client.ask('/run', Buffer.concat([start, repeat(bytes('y'), length), end])));
});

const MALFORMED = [
    ['\x16\x03\x01\x02\x00', 400],
    ['GET / HTTP/1.1\n\n', 400],
    ['POST /run\r\n\r\n', 400],
    ['POST  /run HTTP/1.1\r\n\r\n', 400],
    ['POST /run HTTP/2.0\r\n\r\n', 400],
    ['POST /run HTTP/1.1 \r\n\r\n', 400],
    ['P(ST /run HTTP/1.1\r\n\r\n', 400],
    [POST + 'No colon\r\n\r\n', 400],
    [POST + 'Space : x\r\n\r\n', 400],
    [POST + ': x\r\n\r\n', 400],
    [POST + 'A: b\r\n folded\r\n\r\n', 400],
    [POST + 'A: b\nC: d\r\n\r\n', 400],
    [POST + 'A: b\0\r\n\r\n', 400],
    [POST + 'Content-Length: x\r\n\r\n', 400],
    [POST + 'Content-Length: -1\r\n\r\n', 400],
    [POST + 'Content-Length: +1\r\n\r\n', 400],
    [POST + 'Content-Length: \xa01\r\n\r\n', 400],
    [POST + 'Content-Length: 1\r\nContent-Length: 2\r\n\r\n', 400],
    [POST + 'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n', 400],
    ['POST /run HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n', 400],
    [POST + 'Transfer-Encoding: gzip\r\n\r\n', 501],
    [POST + 'Expect: miracles\r\n\r\n', 417],
    [CHUNKS + 'x\r\n', 400],
    [CHUNKS + '\r\n', 400],
    [CHUNKS + '-1\r\n', 400],
    [CHUNKS + '2\r\nabc\r\n', 400],
    [CHUNKS + '2\r\nabc', 400],
    [CHUNKS + '1'.repeat(5000), 400],
];

test('refuses malformed requests and closes', async (t) => {
    const proxy = await initialized(t);
    for (const [data, status] of MALFORMED) {
        const client = await proxy.connect();
        client.send(bytes(data));
        assert.equal((await client.answer()).status, status, JSON.stringify(data.slice(0, 80)));
        client.socket.end();
        assert.ok(await client.closedByPeer());
    }
    await assertWell(proxy);
});

test('survives clients that leave at any point', async (t) => {
    const proxy = await initialized(t);
    const data = request('/run', { value: { x: 'y'.repeat(300) } });
    for (let length = 0; length <= data.length; length += 13) {
        const client = await proxy.connect();
        client.socket.write(data.subarray(0, length), () => client.close());
    }
    await assertWell(proxy);
    assert.doesNotMatch(proxy.stderr.read(), /Error/);
});

test('survives clients that leave before their answer', async (t) => {
    const proxy = await initialized(t, "async function main(a) { await null; return { x: 'y'.repeat(a.n || 0), ...a }; }");
    for (let n = 0; n < 5; n++) {
        const client = await proxy.connect();
        client.socket.write(request('/run', { value: { n: 4 * MIB } }), () => client.close());
    }
    const client = await proxy.connect();
    assertAnswer(200, { x: '', well: 1 }, await client.ask('/run', { value: { well: 1 } }));
    assert.doesNotMatch(proxy.stderr.read(), /Error/);
});

test('is not held up by a client that stops half way', async (t) => {
    const proxy = await initialized(t);
    for (const part of ['POST', POST + 'Content-Length: 9\r\n\r\n{', CHUNKS + '5\r\n{', '']) {
        (await proxy.connect()).send(bytes(part));
    }
    await assertWell(proxy);
});

test('does not spend memory on a body that is only announced', async (t) => {
    const proxy = await initialized(t, 'function main() { return { rss: process.memoryUsage().rss }; }');
    const before = (await proxy.run()).json().rss;
    for (let n = 0; n < 20; n++) {
        (await proxy.connect()).send(bytes(POST + `Content-Length: ${100 * MIB}\r\n\r\n{`));
    }
    const after = (await (await proxy.connect()).ask('/run', {})).json().rss;
    assert.ok(after - before < 100 * MIB, `${after - before} bytes more`);
});

test('releases every connection', async (t) => {
    const proxy = await initialized(t);
    const before = proxy.descriptors();
    const clients = [];
    for (let n = 0; n < 100; n++) {
        clients.push(await proxy.connect());
    }
    for (const client of clients) {
        assert.equal((await client.ask('/run', {})).status, 200);
    }
    clients.forEach((client) => client.close());
    await awaitTrue(() => proxy.descriptors() === before, 'the connections to be closed');
});

test('serves 300 clients at a time', async (t) => {
    const proxy = await initialized(t);
    const clients = [];
    for (let n = 0; n < 300; n++) {
        clients.push(await proxy.connect());
    }
    clients.forEach((client) => client.send(request('/run', {}, { headers: ['Connection: close'] })));
    for (const client of clients) {
        assert.equal((await client.answer()).status, 200);
    }
});

test('goes on after the function used up its descriptors', async (t) => {
    const proxy = await initialized(
        t,
        `const fs = require('fs'); const kept = [];
        function main(a) {
            try { while (a.leak) kept.push(fs.openSync('/dev/null')); } catch (e) { return { code: e.code }; }
            while (kept.length) fs.closeSync(kept.pop());
            return a;
        }`,
        { prefix: ['sh', '-c', 'ulimit -n 60; exec "$@"', 'sh'] },
    );
    assertAnswer(200, { code: 'EMFILE' }, await proxy.run({ leak: 1 }));
    const refused = await proxy.connect();
    await refused.closedByPeer();
    assertAnswer(200, { free: 1 }, await proxy.run({ free: 1 }));
    await assertWell(proxy);
});

/** A pseudo-random number below a limit, from a seed (mulberry32). */
function chanceOf(seed) {
    return (limit) => {
        seed = (seed + 0x6d2b79f5) | 0;
        let value = Math.imul(seed ^ (seed >>> 15), 1 | seed);
        value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
        return ((value ^ (value >>> 14)) >>> 0) % limit;
    };
}

function mutated(chance, data) {
    const where = chance(data.length + 1);
    const spice = ['\r\n', '\r', '\n', '\0', ':', ' ', '0', 'f', '\r\n\r\n'];
    const [skip, insert] = [
        [1, Buffer.of(chance(256))],
        [1 + chance(19), Buffer.alloc(0)],
        [0, bytes(spice[chance(spice.length)])],
        [0, data.subarray(0, chance(40))],
    ][chance(4)];
    return Buffer.concat([data.subarray(0, where), insert, data.subarray(where + skip)]);
}

test('withstands random requests', async (t) => {
    const seed = Number(process.env.PIKACHU_SEED ?? 20261);
    const chance = chanceOf(seed);
    const proxy = await initialized(t);
    const good = [
        request('/run', { value: { a: 1 } }),
        chunked(['{"value":', '{}}'].map(bytes)),
        request('/init', initialization(ECHO), { headers: ['Connection: keep-alive'] }),
    ];
    for (let number = 0; number < 1500; number++) {
        let data = good[chance(3)];
        for (let times = 1 + chance(5); times; times--) {
            data = mutated(chance, data);
        }
        const client = await proxy.connect();
        client.socket.end(data);
        await assertSound(client, `PIKACHU_SEED=${seed} request ${number}`);
        client.close();
        proxy.stdout.read();
        proxy.stderr.read();
    }
    await assertWell(proxy);
});

/** Only complete answers, then the end. */
async function assertSound(client, what) {
    try {
        for (;;) {
            const { status } = await client.answer();
            assert.ok([100, 200, 400, 403, 404, 405, 413, 417, 431, 501].includes(status), `${what}: ${status}`);
        }
    } catch (problem) {
        assert.ok(problem instanceof ConnectionDied, `${what}: ${problem.stack}`);
        client.gather();
        assert.equal(client.input.toString(), '', what);
    }
}
