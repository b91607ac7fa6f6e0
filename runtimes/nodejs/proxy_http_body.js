'use strict';
/*
 * The body of a request being put together from pieces. take(data) gives what is left of the data once the
 * body is complete, and undefined while it is not.
 */

const { BODY_LIMIT, BadRequest, strip, tooLarge } = require('./proxy_http_head.js');

const LINE_LIMIT = 4096;
const TRAILER_LIMIT = 64 * 1024;
const FIRST_CAPACITY = 16 * 1024;
const HEX = /^[0-9A-Fa-f]{1,15}$/;
const CR = 13;
const LF = 10;

/** Of a length known beforehand. Its memory is reserved at once but touched only as data comes. */
class Counted {
    constructor(length) {
        this.bytes = Buffer.allocUnsafeSlow(length);
        this.filled = 0;
    }

    take(data) {
        const count = data.copy(this.bytes, this.filled);
        this.filled += count;
        return this.filled === this.bytes.length ? data.subarray(count) : undefined;
    }
}

/** In chunks. They are copied into one buffer, since a client may send a hundred million of one byte. */
class Chunked {
    constructor() {
        this.buffer = Buffer.alloc(0);
        this.filled = 0;
        this.missing = 0; // of the current chunk
        this.closing = false; // the current chunk's CR LF has yet to come
        this.trailer = -1; // bytes of trailer seen, once the last chunk was
        this.kept = undefined; // the unfinished line at the end of the last piece
    }

    get bytes() {
        return this.buffer.subarray(0, this.filled);
    }

    take(piece) {
        let data = this.kept ? Buffer.concat([this.kept, piece]) : piece;
        this.kept = undefined;
        for (;;) {
            data = this.takeData(data);
            const end = data.indexOf('\r\n');
            if (end < 0 || end > LINE_LIMIT) {
                this.keep(data, end);
                return undefined;
            }
            const line = data.latin1Slice(0, end);
            data = data.subarray(end + 2);
            if (this.readLine(line)) {
                return data;
            }
        }
    }

    keep(data, end) {
        if (end > LINE_LIMIT || data.length > LINE_LIMIT) {
            throw new BadRequest(400, "A chunk's line is too long.");
        }
        if (this.closing && data.length && (data[0] !== CR || (data.length > 1 && data[1] !== LF))) {
            throw badEnd();
        }
        this.kept = data.length ? Buffer.from(data) : undefined;
    }

    takeData(data) {
        if (!this.missing) {
            return data;
        }
        const count = Math.min(this.missing, data.length);
        this.reserve(this.filled + count);
        data.copy(this.buffer, this.filled, 0, count);
        this.filled += count;
        this.missing -= count;
        this.closing = !this.missing;
        return data.subarray(count);
    }

    reserve(needed) {
        if (needed > this.buffer.length) {
            const capacity = Math.min(Math.max(needed, 2 * this.buffer.length, FIRST_CAPACITY), BODY_LIMIT);
            const larger = Buffer.allocUnsafeSlow(capacity);
            this.buffer.copy(larger, 0, 0, this.filled);
            this.buffer = larger;
        }
    }

    /** True after the line that ends the body. */
    readLine(line) {
        if (this.closing) {
            if (line) {
                throw badEnd();
            }
            this.closing = false;
        } else if (this.trailer < 0) {
            this.startChunk(line);
        } else if (!line) {
            return true;
        } else {
            this.countTrailer(line);
        }
        return false;
    }

    startChunk(line) {
        const size = strip(line.split(';', 1)[0]);
        if (!HEX.test(size)) {
            throw new BadRequest(400, "A chunk's size is malformed.");
        }
        this.missing = parseInt(size, 16);
        if (this.filled + this.missing > BODY_LIMIT) {
            throw tooLarge();
        }
        if (!this.missing) {
            this.trailer = 0;
        }
    }

    countTrailer(line) {
        this.trailer += line.length;
        if (this.trailer > TRAILER_LIMIT) {
            throw new BadRequest(431, `The trailer is over the limit of ${TRAILER_LIMIT} bytes.`);
        }
    }
}

function badEnd() {
    return new BadRequest(400, 'A chunk does not end where it says.');
}

module.exports = { Chunked, Counted };
