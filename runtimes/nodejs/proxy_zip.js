'use strict';
/*
 * Unpacks an action that came as a zip, with nothing but Node: a container need not have an unzip program.
 *
 * The archive is somebody else's: every number in it is checked against what is really there, nothing is written
 * outside of the folder, and no more is written than the limits allow. If anything is wrong, nothing is left behind.
 * An ambiguous archive (a name twice, a length that is not true) is refused.
 */

const fs = require('fs');
const path = require('path');
const zlib = require('zlib');
const { Unusable } = require('./proxy_errors.js');
const { readDirectory } = require('./proxy_zip_directory.js');

const EXPANDED_LIMIT = 512 * 1024 * 1024;
const STREAMED_FROM = 16 * 1024 * 1024;
const LINK_TARGET_LIMIT = 4096;
const LOCAL_HEADER = 0x04034b50;
const LOCAL_HEADER_LENGTH = 30;
const STORED = 0;
const DEFLATED = 8;
const ENCRYPTED = 1;

/** code: base64. Gives the folder, which is made for it. */
async function unpack(code, folder, limit = EXPANDED_LIMIT) {
    const archive = decode(code);
    const entries = readDirectory(archive);
    check(entries, limit);
    fs.mkdirSync(folder);
    try {
        await extractAll(archive, entries, folder);
    } catch (problem) {
        fs.rmSync(folder, { recursive: true, force: true });
        throw typeof problem.code === 'string' && problem.syscall ? new Unusable(`the zip cannot be unpacked: ${problem.message}`) : problem;
    }
    return folder;
}

function decode(code) {
    const archive = Buffer.from(code, 'base64');
    if (archive.length !== Buffer.byteLength(code, 'base64')) {
        throw new Unusable('the code is not a base64-encoded zip (it is not base64)'); // Node skips what is not
    }
    return archive;
}

/** inflate() gives no more of an entry than the archive states, so the sum can be trusted. */
function check(entries, limit) {
    if (entries.reduce((sum, entry) => sum + entry.size, 0) > limit) {
        throw new Unusable(`the zip expands to more than ${limit} bytes`);
    }
    const names = new Set();
    for (const entry of entries) {
        if (names.has(entry.name)) {
            throw new Unusable(`the zip has two entries named ${JSON.stringify(entry.name)}`);
        }
        names.add(entry.name);
        if (entry.flags & ENCRYPTED) {
            throw new Unusable(`the zip's entry ${JSON.stringify(entry.name)} is encrypted`);
        }
        if (entry.method !== STORED && entry.method !== DEFLATED) {
            throw new Unusable(`the zip's entry ${JSON.stringify(entry.name)} is compressed in a way not known here (${entry.method})`);
        }
    }
}

/** Links come last, when every folder is there, so that nothing is ever written through one. */
async function extractAll(archive, entries, folder) {
    const made = new Set([folder]);
    for (const entry of entries) {
        const target = path.join(folder, entry.name);
        makeFolder(entry.isFolder ? target : path.dirname(target), made);
        if (!entry.isFolder && !entry.isLink) {
            await extract(entry, contentOf(archive, entry), target);
        }
    }
    for (const entry of entries) {
        if (entry.isLink) {
            fs.symlinkSync(linkTarget(archive, entry), path.join(folder, entry.name));
        }
    }
}

function makeFolder(name, made) {
    if (!made.has(name)) {
        fs.mkdirSync(name, { recursive: true });
        made.add(name);
    }
}

async function extract(entry, content, target) {
    if (entry.method === DEFLATED && entry.size >= STREAMED_FROM) {
        await extractInPieces(entry, content, target);
    } else {
        fs.writeFileSync(target, inflate(entry, content), { flag: 'wx' });
    }
    fs.chmodSync(target, entry.mode);
}

/** What the entry's bytes are in the archive, whatever its own header says of their length. */
function contentOf(archive, entry) {
    const at = entry.offset;
    const fits = at + LOCAL_HEADER_LENGTH <= archive.length && archive.readUInt32LE(at) === LOCAL_HEADER;
    const start = fits ? at + LOCAL_HEADER_LENGTH + archive.readUInt16LE(at + 26) + archive.readUInt16LE(at + 28) : Infinity;
    if (start + entry.compressed > archive.length) {
        throw damaged(entry);
    }
    return archive.subarray(start, start + entry.compressed);
}

function inflate(entry, content) {
    let bytes = content;
    if (entry.method === DEFLATED) {
        try {
            const chunkSize = Math.max(64, entry.size + 1);
            bytes = zlib.inflateRawSync(content, { maxOutputLength: Math.max(1, entry.size), chunkSize });
        } catch {
            throw damaged(entry);
        }
    }
    if (bytes.length !== entry.size || zipChecksum(bytes) !== entry.checksum) {
        throw damaged(entry);
    }
    return bytes;
}

/** A large file never is in memory as a whole, which the container may not have. */
async function extractInPieces(entry, content, target) {
    const { Readable } = require('stream');
    const { pipeline } = require('stream/promises');
    let size = 0;
    let checksum = 0;
    async function* count(pieces) {
        for await (const piece of pieces) {
            size += piece.length;
            if (size > entry.size) {
                throw damaged(entry);
            }
            checksum = zipChecksum(piece, checksum);
            yield piece;
        }
    }
    try {
        await pipeline(Readable.from([content]), zlib.createInflateRaw(), count, fs.createWriteStream(target, { flags: 'wx' }));
    } catch (problem) {
        throw problem.syscall ? problem : damaged(entry);
    }
    if (size !== entry.size || checksum !== entry.checksum) {
        throw damaged(entry);
    }
}

/** Upwards first and then downwards, never out: whatever other links are on its way, it ends inside. */
function linkTarget(archive, entry) {
    if (entry.size > LINK_TARGET_LIMIT) {
        throw damaged(entry);
    }
    const target = inflate(entry, contentOf(archive, entry)).toString();
    const parts = target.split('/').filter((part) => part && part !== '.');
    const ups = parts.findIndex((part) => part !== '..');
    const depth = entry.name.split('/').length - 1;
    const climbs = (ups < 0 ? parts.length : ups) > depth || (ups >= 0 && parts.lastIndexOf('..') > ups);
    if (!target || target.startsWith('/') || target.includes('\0') || climbs) {
        throw new Unusable(`the zip's link ${JSON.stringify(entry.name)} leads outside of its root: ${JSON.stringify(target)}`);
    }
    return target;
}

function damaged(entry) {
    return new Unusable(`the zip is damaged: ${JSON.stringify(entry.name)} is not what its directory says`);
}

// ---- CRC-32, which zlib offers from Node 20.15 on

let table;

function zipChecksum(bytes, before = 0) {
    return zlib.crc32 ? zlib.crc32(bytes, before) : checksumOf(bytes, before);
}

function checksumOf(bytes, before = 0) {
    table ??= Int32Array.from({ length: 256 }, (_, byte) => {
        let value = byte;
        for (let bit = 0; bit < 8; bit++) {
            value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
        }
        return value;
    });
    let value = ~before;
    for (let at = 0; at < bytes.length; at++) {
        value = table[(value ^ bytes[at]) & 0xff] ^ (value >>> 8);
    }
    return ~value >>> 0;
}

module.exports = { EXPANDED_LIMIT, checksumOf, unpack };
