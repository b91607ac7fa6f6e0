'use strict';
/*
 * Reads a zip's central directory, which alone says what the archive holds (APPNOTE.TXT 4.3.12 and 4.3.16).
 * No zip64, no archives in several parts.
 */

const { Unusable } = require('./proxy_errors.js');

const ENTRY_LIMIT = 50_000;
const NAME_LIMIT = 1024;
const END_HEADER = 0x06054b50;
const END_LENGTH = 22;
const COMMENT_LIMIT = 0xffff;
const ENTRY_HEADER = 0x02014b50;
const ENTRY_LENGTH = 46;
const MADE_BY_UNIX = 3;
const KIND = 0o170000;
const LINK = 0o120000;
const FOLDER = 0o040000;
const FILE = 0o100000;
const DEFAULT_MODE = 0o644;
const OUTSIDE = /^\/|(^|\/)\.\.(\/|$)/;

function readDirectory(archive) {
    const { count, offset } = findEnd(archive);
    if (count > ENTRY_LIMIT) {
        throw new Unusable(`the zip has more than ${ENTRY_LIMIT} entries`);
    }
    const entries = [];
    for (let at = offset, read = 0; read < count; read++) {
        if (at + ENTRY_LENGTH > archive.length || archive.readUInt32LE(at) !== ENTRY_HEADER) {
            throw notZip('its directory is damaged');
        }
        const lengths = [28, 30, 32].map((field) => archive.readUInt16LE(at + field));
        const entry = readEntry(archive, at, lengths[0]);
        if (entry.name) {
            entries.push(entry);
        }
        at += ENTRY_LENGTH + lengths[0] + lengths[1] + lengths[2];
    }
    return entries;
}

/** The end record comes last, but for a comment that may look like one: so the comment's length must fit. */
function findEnd(archive) {
    const first = Math.max(0, archive.length - END_LENGTH - COMMENT_LIMIT);
    for (let at = archive.length - END_LENGTH; at >= first; at--) {
        if (archive.readUInt32LE(at) === END_HEADER && at + END_LENGTH + archive.readUInt16LE(at + 20) === archive.length) {
            return readEnd(archive, at);
        }
    }
    throw notZip('it has no directory');
}

function readEnd(archive, at) {
    const [disk, start, here, count] = [4, 6, 8, 10].map((field) => archive.readUInt16LE(at + field));
    const offset = archive.readUInt32LE(at + 16);
    if (count === 0xffff || offset === 0xffffffff) {
        throw new Unusable('the zip is a zip64, which is not understood here: it must have fewer than 65535 entries and 4 GiB');
    }
    if (disk || start || here !== count) {
        throw new Unusable('the zip is one of several parts');
    }
    return { count, offset };
}

function readEntry(archive, at, nameLength) {
    const raw = archive.subarray(at + ENTRY_LENGTH, at + ENTRY_LENGTH + nameLength);
    const attributes = archive.readUInt32LE(at + 38);
    const mode = archive[at + 5] === MADE_BY_UNIX ? attributes >>> 16 : 0;
    const kind = mode & KIND;
    const given = raw.toString().replaceAll('\\', '/'); // what Windows' own tools wrote
    const entry = {
        name: checkedName(given, raw.length),
        isFolder: given.endsWith('/') || kind === FOLDER,
        isLink: kind === LINK,
        mode: mode & 0o777 || DEFAULT_MODE, // without set-user-ID and the like
        flags: archive.readUInt16LE(at + 8),
        method: archive.readUInt16LE(at + 10),
        checksum: archive.readUInt32LE(at + 16),
        compressed: archive.readUInt32LE(at + 20),
        size: archive.readUInt32LE(at + 24),
        offset: archive.readUInt32LE(at + 42),
    };
    if (kind && ![LINK, FOLDER, FILE].includes(kind)) {
        throw new Unusable(`the zip's entry ${JSON.stringify(given)} is neither a file nor a folder nor a link`);
    }
    return entry;
}

/** Without empty parts and dots, so that one file has one name. */
function checkedName(given, length) {
    if (OUTSIDE.test(given)) {
        throw new Unusable(`the zip has an entry outside of its root: ${JSON.stringify(given)}`);
    }
    if (!length || length > NAME_LIMIT || given.includes('\0')) {
        throw new Unusable(`the zip has an entry with an impossible name: ${JSON.stringify(given.slice(0, 100))}`);
    }
    return given
        .split('/')
        .filter((part) => part && part !== '.')
        .join('/');
}

function notZip(reason) {
    return new Unusable(`the code is not a base64-encoded zip (${reason})`);
}

module.exports = { ENTRY_LIMIT, readDirectory };
