'use strict';
/* Actions that come as an archive: packages, modules of both kinds, and archives that mean harm. */

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { test } = require('node:test');
const zlib = require('node:zlib');
const { Proxy, assertAnswer } = require('./proxy_process.js');
const { LINK, base64, zip } = require('./zips.js');
const { checksumOf, unpack } = require('../proxy_zip.js');

const INDEX = 'exports.main = (args) => args;';
const MIB = 1 << 20;

async function initializedZip(t, files, more = {}) {
    const proxy = await Proxy.start(t);
    assertAnswer(200, { ok: true }, await proxy.init(base64(files), { binary: true, ...more }));
    return proxy;
}

async function initError(t, code, more = {}) {
    const proxy = await Proxy.start(t);
    const answer = await proxy.init(code, { binary: true, ...more });
    assert.equal(answer.status, 502);
    assert.deepEqual(proxy.sentinels(), [1, 1]);
    return { error: answer.json().error, left: fs.readdirSync(proxy.work), proxy };
}

function temporaryFolder(t) {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'pikachu-zip-'));
    t.after(() => fs.rmSync(folder, { recursive: true }));
    return folder;
}

test('runs a package with modules, data, programs and node_modules', async (t) => {
    const proxy = await initializedZip(t, {
        'package.json': '{"name":"hello","main":"lib/start.js"}',
        'lib/start.js': `
            const { execFileSync } = require('child_process');
            exports.main = () => ({
                helper: require('./helper'), local: require('local'), data: require('fs').readFileSync('data.txt', 'utf8'),
                tool: execFileSync('./tool').toString(), here: process.cwd() === require('path').dirname(__dirname),
            });`,
        'lib/helper.js': 'module.exports = 1;',
        'node_modules/local/index.js': 'module.exports = 2;',
        'data.txt': { text: 'hé', stored: true },
        tool: { text: '#!/bin/sh\necho tool\n', mode: 0o104755 },
    });
    assertAnswer(200, { helper: 1, local: 2, data: 'hé', tool: 'tool\n', here: true }, await proxy.run());
    assert.equal(fs.statSync(path.join(proxy.work, 'action/tool')).mode & 0o7777, 0o755);
    assert.equal(fs.statSync(path.join(proxy.work, 'action/data.txt')).mode & 0o7777, 0o644);
});

test('finds the function by main as OpenWhisk does', async (t) => {
    const files = {
        'index.js': "exports.niam = () => ({ file: 'index' });",
        'other.js': "exports.niam = { xyz: () => ({ file: 'other' }) }; exports.fn = exports.niam.xyz;",
        'folder/index.js': "exports.fn = () => ({ file: 'folder' });",
        'module.mjs': "export const fn = () => ({ file: 'module' });",
    };
    const cases = { niam: 'index', 'index.niam': 'index', 'other.fn': 'other', 'other.niam.xyz': 'other', 'folder.fn': 'folder', 'module.fn': 'module' };
    for (const [main, file] of Object.entries(cases)) {
        const proxy = await initializedZip(t, files, { main });
        assertAnswer(200, { file }, await proxy.run());
    }
});

test('runs ES modules', async (t) => {
    const code = "import { x } from './helper.js'; import fs from 'fs'; await null; export async function main() { return { x, fs: typeof fs.readFileSync, import: (await import('./late.mjs')).y }; }";
    const helpers = { 'late.mjs': 'export const y = 2;' };
    const packages = [
        { 'package.json': '{"type":"module"}', 'index.js': code, 'helper.js': 'export const x = 1;' },
        { 'package.json': '{"main":"start.mjs"}', 'start.mjs': code, 'helper.js': 'exports.x = 1;' },
        { 'index.mjs': code, 'helper.js': 'exports.x = 1;' },
        { 'package.json': '{}', 'index.js': "exports.main = async () => ({ x: 1, fs: 'function', import: (await import('./late.mjs')).y });" },
        { 'index.mjs': 'export default { main: () => ({ x: 1, fs: "function", import: 2 }) };' },
    ];
    for (const files of packages) {
        const proxy = await initializedZip(t, { ...files, ...helpers });
        assertAnswer(200, { x: 1, fs: 'function', import: 2 }, await proxy.run());
        assert.equal(proxy.stderr.lines().length, 1, proxy.stderr.read());
    }
});

test('says what is wrong with a package that does not load', async (t) => {
    const cases = [
        [{ hello: 'x' }, /Zipped actions must contain either package\.json or index\.js at the root\./],
        [{ 'index.js': 'exports.other = 1' }, /it defines no function named 'main'$/],
        [{ 'package.json': '{"main":"nowhere.js"}' }, /Cannot find module/],
        [{ 'package.json': '{' , 'index.js': '' }, /SyntaxError|Error parsing|Invalid package config/],
        [{ 'index.js': "\nrequire('nowhere-to-be-found');" }, /Cannot find module 'nowhere-to-be-found'[^]*\(line 2\)$/],
        [{ 'index.js': "let x = 1;\nthrow new Error('bad zip day')" }, /Error: bad zip day \(line 2\)$/],
        [{ 'index.mjs': "\n\nthrow new Error('bad module day')" }, /Error: bad module day \(line 3\)$/],
        [{ 'index.mjs': "process.exit(3)" }, /the function called process\.exit\(3\)\.$/],
    ];
    for (const [files, message] of cases) {
        const { error } = await initError(t, base64(files));
        assert.match(error, /^The action failed to initialize: /);
        assert.match(error, message);
    }
});

test('may initialize after a failed attempt', async (t) => {
    const { proxy } = await initError(t, base64({ 'index.js': 'throw 1' }));
    assertAnswer(200, { ok: true }, await proxy.init(base64({ 'index.js': INDEX }), { binary: true }));
    assertAnswer(200, { a: 1 }, await proxy.run({ a: 1 }));
});

const BIG = 'x'.repeat(1000);
const HARMFUL = {
    'not base64': ['not base64!', /it is not base64/],
    'no zip': ['bm8gemlw', /not a base64-encoded zip/],
    'nothing after the signature': [Buffer.from('PK\x05\x06').toString('base64'), /not a base64-encoded zip/],
    'a tar.gz': [zlib.gzipSync(BIG).toString('base64'), /not a base64-encoded zip/],
    'a name that climbs': [base64({ 'index.js': INDEX, '../evil': 'x' }), /outside of its root/],
    'a name that climbs later': [base64({ 'index.js': INDEX, 'a/../../evil': 'x' }), /outside of its root/],
    'a name that climbs by backslash': [base64({ 'index.js': INDEX, 'a\\..\\..\\evil': 'x' }), /outside of its root/],
    'a name that ends in dots': [base64({ 'index.js': INDEX, 'a/..': 'x' }), /outside of its root/],
    'an absolute name': [base64({ 'index.js': INDEX, '/tmp/evil': 'x' }), /outside of its root/],
    'a name with a NUL': [base64({ 'index.js': INDEX, 'a\0b': 'x' }), /impossible name/],
    'a very long name': [base64({ 'index.js': INDEX, ['n'.repeat(2000)]: 'x' }), /impossible name/],
    'a name too long for the disk': [base64({ 'index.js': INDEX, ['n'.repeat(300)]: 'x' }), /cannot be unpacked: ENAMETOOLONG/],
    'a link to an absolute path': [base64({ 'index.js': INDEX, link: { text: '/etc/passwd', mode: LINK } }), /leads outside/],
    'a link that climbs': [base64({ 'index.js': INDEX, 'a/link': { text: '../../evil', mode: LINK } }), /leads outside/],
    'a link that goes down and then up': [base64({ 'a/b/index.js': INDEX, 'a/b/up': { text: '../..', mode: LINK }, link: { text: 'a/b/up/../evil', mode: LINK } }), /leads outside/],
    'a file below a link': [base64({ link: { text: 'a', mode: LINK }, 'link/evil': 'x', 'a/index.js': INDEX }), /cannot be unpacked: EEXIST/],
    'a file below a file': [base64({ a: 'x', 'a/b': 'x' }), /cannot be unpacked: (ENOTDIR|EEXIST)/],
    'one name twice': [base64({ 'index.js': INDEX, './index.js': 'evil' }), /two entries named "index.js"/],
    'a device': [base64({ 'index.js': INDEX, dev: { text: '', mode: 0o020666 } }), /neither a file/],
    'an encrypted entry': [base64({ 'index.js': { text: INDEX, lie: { flags: 1 } } }), /is encrypted/],
    'an unknown compression': [base64({ 'index.js': { text: INDEX, lie: { method: 12 } } }), /compressed in a way not known here \(12\)/],
    'more bytes than stated': [base64({ 'index.js': { text: BIG, lie: { size: 999 } } }), /is damaged/],
    'fewer bytes than stated': [base64({ 'index.js': { text: BIG, lie: { size: 1001 } } }), /is damaged/],
    'a stored entry of another length': [base64({ 'index.js': { text: BIG, stored: true, lie: { size: 10 } } }), /is damaged/],
    'a wrong checksum': [base64({ 'index.js': { text: BIG, lie: { checksum: 1 } } }), /is damaged/],
    'an entry past the end': [base64({ 'index.js': { text: BIG, lie: { compressed: 1e6 } } }), /is damaged/],
    'an offset past the end': [base64({ 'index.js': { text: BIG, lie: { offset: 1e6 } } }), /is damaged/],
    'an offset that is no entry': [base64({ 'index.js': { text: BIG, lie: { offset: 3 } } }), /is damaged/],
    'a directory past the end': [base64({ 'index.js': INDEX }, { offset: 1e6 }), /its directory is damaged/],
    'fewer entries than stated': [base64({ 'index.js': INDEX }, { count: 2 }), /its directory is damaged/],
    'too many entries': [base64({ 'index.js': INDEX }, { count: 50_001 }), /more than 50000 entries/],
    'a zip64': [base64({ 'index.js': INDEX }, { count: 65535 }), /zip64/],
    'a part of several': [base64({ 'index.js': INDEX }, { disk: 1 }), /one of several parts/],
    'a bomb by its own account': [base64({ 'index.js': INDEX, a: { text: 'x', lie: { size: 400 * MIB } }, b: { text: 'x', lie: { size: 400 * MIB } } }), /expands to more than 536870912 bytes/],
};

test('refuses archives that mean harm or are damaged, and leaves nothing of them', async (t) => {
    const proxy = await Proxy.start(t);
    for (const [what, [code, message]] of Object.entries(HARMFUL)) {
        const answer = await proxy.init(code, { binary: true });
        assert.equal(answer.status, 502, what);
        assert.match(answer.json().error, message, what);
        assert.deepEqual(fs.readdirSync(proxy.work), [], what);
    }
    assert.deepEqual(fs.readdirSync(proxy.folder).sort(), ['err', 'out', 's', 'work']);
    assertAnswer(200, { ok: true }, await proxy.init(base64({ 'index.js': INDEX }), { binary: true }));
});

test('stops a bomb that hides its size while it goes off', async (t) => {
    const large = { text: Buffer.alloc(64 * MIB), lie: { size: 20 * MIB } };
    const { error, left, proxy } = await initError(t, base64({ 'index.js': INDEX, large }));
    assert.match(error, /is damaged: "large"/);
    assert.deepEqual(left, []);
    const small = await proxy.init(base64({ 'index.js': INDEX, large: { ...large, lie: { size: 1000 } } }), { binary: true });
    assert.match(small.json().error, /is damaged: "large"/);
});

test('counts overlapping entries each time', async (t) => {
    const files = { 'index.js': INDEX, large: { text: Buffer.alloc(60 * MIB) } };
    const bomb = { text: 'x', lie: { ...directoryFieldsOf(files.large.text), offset: zip({ 'index.js': INDEX }).indexOf('PK\x01\x02') } };
    for (let n = 0; n < 9; n++) {
        files[`again${n}`] = bomb;
    }
    const { error } = await initError(t, base64(files));
    assert.match(error, /expands to more than/);
});

function directoryFieldsOf(bytes) {
    return { size: bytes.length, compressed: zlib.deflateRawSync(bytes).length, checksum: checksumOf(bytes) };
}

test('takes an archive of exactly the limit', async (t) => {
    const folder = temporaryFolder(t);
    const code = base64({ a: BIG, b: BIG });
    await unpack(code, path.join(folder, 'good'), 2000);
    assert.equal(fs.readFileSync(path.join(folder, 'good/b'), 'utf8'), BIG);
    await assert.rejects(unpack(code, path.join(folder, 'bad'), 1999), /expands to more than 1999 bytes/);
    assert.deepEqual(fs.readdirSync(folder), ['good']);
});

test('unpacks large files, empty ones, folders and links inside', async (t) => {
    const folder = path.join(temporaryFolder(t), 'action');
    const large = Buffer.alloc(20 * MIB, 'abcdefg');
    const files = {
        'a/b/large': large,
        empty: '',
        'empty-too': { text: '', stored: true },
        'folder/': { text: '', mode: 0o040755 },
        'node_modules/.bin/tool': { text: '../tool/cli.js', mode: LINK },
        'node_modules/tool/cli.js': '1',
        'dangling/link': { text: './../nowhere', mode: LINK },
        'from\\windows.txt': { text: 'w', system: 0, mode: 0 },
    };
    await unpack(base64(files, { comment: 'PK\x05\x06 a comment' }), folder);
    assert.ok(fs.readFileSync(path.join(folder, 'a/b/large')).equals(large));
    assert.deepEqual([fs.statSync(path.join(folder, 'empty')).size, fs.statSync(path.join(folder, 'empty-too')).size], [0, 0]);
    assert.ok(fs.statSync(path.join(folder, 'folder')).isDirectory());
    assert.equal(fs.readFileSync(path.join(folder, 'node_modules/.bin/tool'), 'utf8'), '1');
    assert.equal(fs.readlinkSync(path.join(folder, 'dangling/link')), './../nowhere');
    assert.equal(fs.readFileSync(path.join(folder, 'from/windows.txt'), 'utf8'), 'w');
});

test('reads what a zip program wrote', { skip: !fs.existsSync('/usr/bin/python3') }, async (t) => {
    const folder = temporaryFolder(t);
    fs.mkdirSync(path.join(folder, 'in/sub'), { recursive: true });
    fs.writeFileSync(path.join(folder, 'in/sub/é.txt'), BIG);
    fs.writeFileSync(path.join(folder, 'in/index.js'), INDEX);
    execFileSync('/usr/bin/python3', ['-m', 'zipfile', '-c', 'x.zip', 'in/index.js', 'in/sub'], { cwd: folder });
    await unpack(fs.readFileSync(path.join(folder, 'x.zip')).toString('base64'), path.join(folder, 'out'));
    assert.equal(fs.readFileSync(path.join(folder, 'out/index.js'), 'utf8'), INDEX);
    assert.equal(fs.readFileSync(path.join(folder, 'out/sub/é.txt'), 'utf8'), BIG);
});

test('sums bytes as zlib does', { skip: !zlib.crc32 }, () => {
    for (const text of ['', 'a', BIG, 'é\0\xff']) {
        assert.equal(checksumOf(Buffer.from(text)), zlib.crc32(text));
        assert.equal(checksumOf(Buffer.from(text), 7), zlib.crc32(text, 7));
    }
});

test('survives archives changed at random', async (t) => {
    const folder = temporaryFolder(t);
    const good = zip({ 'index.js': INDEX, 'a/b': BIG, link: { text: 'a/b', mode: LINK } });
    const seed = Number(process.env.PIKACHU_SEED ?? 20261);
    for (let number = 0, state = seed; number < 400; number++) {
        const bad = Buffer.from(good);
        for (let times = 0; times < 3; times++) {
            state = (Math.imul(state, 1103515245) + 12345) >>> 0;
            bad[(state >>> 8) % bad.length] = state >>> 24;
        }
        const target = path.join(folder, 'x', `${number}`);
        fs.mkdirSync(path.dirname(target), { recursive: true });
        await unpack(bad.toString('base64'), target).catch((problem) => assert.equal(problem.constructor.name, 'Unusable', `PIKACHU_SEED=${seed} archive ${number}: ${problem.stack}`));
        fs.rmSync(path.join(folder, 'x'), { recursive: true });
        assert.deepEqual(fs.readdirSync(folder), []);
    }
});
