'use strict';
/* The head of an HTTP/1.1 request. What is ambiguous is refused, not interpreted. */

const BODY_LIMIT = 100 * 1024 * 1024;
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const NOT_IN_A_VALUE = /[\r\n\0]/;
const SPACE_AROUND = /^[ \t]+|[ \t]+$/g;
const LENGTH = /^[0-9]{1,18}$/;

/** A request that cannot be answered; its connection is closed after saying why. */
class BadRequest extends Error {
    constructor(status, message) {
        super(message);
        this.status = status;
    }
}

function tooLarge() {
    return new BadRequest(413, `The request body is over the limit of ${BODY_LIMIT} bytes.`);
}

/** What the proxy needs to know of a request's head. length is -1 for a chunked body. */
class Head {
    constructor(line) {
        const [method, target, version, ...more] = line.split(' ');
        const known = version === 'HTTP/1.1' || version === 'HTTP/1.0';
        if (more.length || !known || !TOKEN.test(method)) {
            throw new BadRequest(400, 'The request line is malformed.');
        }
        const query = target.indexOf('?');
        this.method = method;
        this.path = query < 0 ? target : target.slice(0, query);
        this.http10 = version === 'HTTP/1.0';
        this.keepAlive = !this.http10;
        this.expectsContinue = false;
        this.length = 0;
    }
}

/** text: the head without its closing empty line, one character a byte. */
function parseHead(text) {
    const lines = text.split('\r\n');
    const head = new Head(lines[0]);
    const lengths = new Set();
    const codings = [];
    for (let at = 1; at < lines.length; at++) {
        const line = lines[at];
        const colon = line.indexOf(':');
        const name = line.slice(0, Math.max(colon, 0));
        const value = strip(line.slice(colon + 1));
        if (!TOKEN.test(name) || NOT_IN_A_VALUE.test(line)) {
            throw new BadRequest(400, 'A header line is malformed.');
        }
        readHeader(head, name.toLowerCase(), value, lengths, codings);
    }
    head.length = bodyLength(head, lengths, codings);
    return head;
}

/** Not trim(), which takes more for a space than HTTP does. */
function strip(value) {
    return value.replace(SPACE_AROUND, '');
}

function readHeader(head, name, value, lengths, codings) {
    switch (name) {
        case 'content-length':
            lengths.add(value);
            break;
        case 'transfer-encoding':
            codings.push(value.toLowerCase());
            break;
        case 'connection':
            readConnection(head, value.toLowerCase());
            break;
        case 'expect':
            readExpectation(head, value.toLowerCase());
    }
}

function readConnection(head, value) {
    const options = value.split(',').map(strip);
    if (options.includes('close')) {
        head.keepAlive = false;
    } else if (options.includes('keep-alive')) {
        head.keepAlive = true;
    }
}

function readExpectation(head, value) {
    if (value !== '100-continue') {
        throw new BadRequest(417, 'The only expectation known here is 100-continue.');
    }
    head.expectsContinue = !head.http10;
}

/** Two lengths, or a length and chunks, are how requests get smuggled. */
function bodyLength(head, lengths, codings) {
    if (codings.length) {
        if (lengths.size || head.http10) {
            throw new BadRequest(400, 'The request states the length of its body in two ways.');
        }
        if (codings.length > 1 || codings[0] !== 'chunked') {
            throw new BadRequest(501, 'The only transfer encoding known here is chunked.');
        }
        return -1;
    }
    if (!lengths.size) {
        return 0;
    }
    const [text] = lengths;
    if (lengths.size > 1 || !LENGTH.test(text)) {
        throw new BadRequest(400, 'Content-Length is malformed.');
    }
    if (Number(text) > BODY_LIMIT) {
        throw tooLarge();
    }
    return Number(text);
}

module.exports = { BODY_LIMIT, BadRequest, TOKEN, parseHead, strip, tooLarge };
