'use strict';
/* Makes zips for the tests: good ones and ones that lie. */

const zlib = require('node:zlib');
const { checksumOf } = require('../proxy_zip.js');

const FILE = 0o100644;
const LINK = 0o120777;

/**
 * files: {name: text} or {name: {text, mode, stored, lie}}; lie changes fields of the directory's entry:
 * {size, compressed, checksum, offset, flags, method, name}. Gives bytes; end changes fields of the end record.
 */
function zip(files, end = {}) {
    const locals = [];
    const directory = [];
    let offset = 0;
    for (const [name, given] of Object.entries(files)) {
        const entry = made(name, given, offset);
        const local = localHeader(entry);
        offset += local.length;
        locals.push(local);
        directory.push(centralHeader({ ...entry, ...entry.lie }));
    }
    const count = directory.length;
    const size = directory.reduce((sum, entry) => sum + entry.length, 0);
    return Buffer.concat([...locals, ...directory, endRecord({ count, size, offset, disk: 0, comment: '', ...end })]);
}

function made(name, given, offset) {
    const { text, mode = FILE, stored = false, lie = {}, system = 3 } = typeof given === 'object' && !Buffer.isBuffer(given) ? given : { text: given };
    const bytes = Buffer.from(text);
    const content = stored ? bytes : zlib.deflateRawSync(bytes);
    const method = stored ? 0 : 8;
    return { name, mode, method, system, lie, content, offset, flags: 0x800, size: bytes.length, compressed: content.length, checksum: checksumOf(bytes) };
}

function localHeader(entry) {
    const name = Buffer.from(entry.name);
    const header = Buffer.alloc(30);
    header.writeUInt32LE(0x04034b50);
    header.writeUInt16LE(entry.method, 8);
    header.writeUInt16LE(name.length, 26);
    return Buffer.concat([header, name, entry.content]);
}

function centralHeader(entry) {
    const name = Buffer.from(entry.name);
    const header = Buffer.alloc(46);
    header.writeUInt32LE(0x02014b50);
    header[5] = entry.system;
    header.writeUInt16LE(entry.flags, 8);
    header.writeUInt16LE(entry.method, 10);
    header.writeUInt32LE(entry.checksum, 16);
    header.writeUInt32LE(entry.compressed, 20);
    header.writeUInt32LE(entry.size, 24);
    header.writeUInt16LE(name.length, 28);
    header.writeUInt32LE((entry.mode << 16) >>> 0, 38);
    header.writeUInt32LE(entry.offset, 42);
    return Buffer.concat([header, name]);
}

function endRecord({ count, size, offset, disk, comment }) {
    const record = Buffer.alloc(22);
    record.writeUInt32LE(0x06054b50);
    record.writeUInt16LE(disk, 4);
    record.writeUInt16LE(count, 8);
    record.writeUInt16LE(count, 10);
    record.writeUInt32LE(size, 12);
    record.writeUInt32LE(offset, 16);
    record.writeUInt16LE(comment.length, 20);
    return Buffer.concat([record, Buffer.from(comment)]);
}

/** What /init takes. */
function base64(files, end) {
    return zip(files, end).toString('base64');
}

module.exports = { LINK, base64, zip };
