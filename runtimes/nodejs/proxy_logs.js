'use strict';
/*
 * The function's standard output and error, and the line that ends an activation on each.
 *
 * process.stdout and process.stderr are streams of our own, because Node's differ with what the descriptor is, may
 * be ended by the function, and do not tell whether the last line is finished. Ours write each piece before
 * write() returns, so whatever was printed is in the pipe when the answer is sent. A reader that is slow makes the
 * function wait; one that is gone is no reason to fail.
 */

const fs = require('fs');
const { Writable } = require('stream');

const { writeSync } = fs; // captured, because function code may replace it
const END = 'XXX_THE_END_OF_A_WHISK_ACTIVATION_XXX\n';
const NAMES = { 1: 'stdout', 2: 'stderr' };
const LINE_FEED = 10;
const PAUSE_MS = 1;

const clock = new Int32Array(new SharedArrayBuffer(4));

/** A child process that shares the pipe may have made it non-blocking: then wait as a blocking one would. */
function writeAll(fd, data) {
    for (let at = 0; at < data.length; ) {
        try {
            at += writeSync(fd, data, at, data.length - at);
        } catch (problem) {
            if (problem.code !== 'EAGAIN') {
                return; // nobody reads the logs any more; the call is answered nevertheless
            }
            Atomics.wait(clock, 0, 0, PAUSE_MS);
        }
    }
}

class Log {
    constructor(fd) {
        this.fd = fd;
        this.unfinished = false;
        this.end = Buffer.from(END);
        this.lineAndEnd = Buffer.from('\n' + END);
    }

    write(data) {
        if (data.length) {
            writeAll(this.fd, data);
            this.unfinished = data[data.length - 1] !== LINE_FEED;
        }
    }

    endActivation() {
        writeAll(this.fd, this.unfinished ? this.lineAndEnd : this.end);
        this.unfinished = false;
    }
}

/** What console and the function write to. Ending or destroying it does neither: the next activation needs it. */
class LogStream extends Writable {
    constructor(log) {
        super({ autoDestroy: false, emitClose: false });
        this.log = log;
        this.fd = log.fd;
        this._type = 'fs'; // as Node's own streams say of themselves
        this._isStdio = true;
    }

    _write(data, encoding, done) {
        this.log.write(data);
        done();
    }

    end(data, encoding, done) {
        const last = [data, encoding, done].find((argument) => typeof argument === 'function');
        if (data !== undefined && data !== null && data !== last) {
            this.write(data, typeof encoding === 'string' ? encoding : undefined);
        }
        process.nextTick(() => {
            last?.();
            this.emit('finish'); // which stream.pipeline waits for
        });
        return this;
    }

    destroy() {
        return this;
    }
}

class Logs {
    constructor() {
        this.logs = [new Log(1), new Log(2)];
        this.logs.forEach(install);
        keepOpen();
    }

    endActivation() {
        this.logs[0].endActivation();
        this.logs[1].endActivation();
    }
}

/** Made when first used, which saves a start its time. */
function install(log) {
    let stream;
    const get = () => (stream ??= new LogStream(log));
    Object.defineProperty(process, NAMES[log.fd], { configurable: true, enumerable: true, get });
}

/** Node cannot duplicate a descriptor, so the three standard ones must not be closed: a connection would get the
 * number next, and the log would go there. */
function keepOpen() {
    const { close, closeSync } = fs;
    const isStandard = (fd) => fd === 0 || fd === 1 || fd === 2;
    fs.closeSync = (fd) => (isStandard(fd) ? undefined : closeSync(fd));
    fs.close = (fd, done) => {
        if (!isStandard(fd)) {
            return close(fd, done);
        }
        return done && process.nextTick(done, null);
    };
}

module.exports = { Logs };
