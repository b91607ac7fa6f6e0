'use strict';
/*
 * Listening sockets that an activation left open.
 *
 * In a warm container that is paused between activations such a socket accepts and never answers, on an address
 * that may by then belong to somebody else's instance. So it is closed when the last run that is going on ends, or
 * as soon as it listens when none is. What began to listen during /init is the module's own and stays. Connections
 * stay open, since keeping one to a database across activations is what warm containers are for.
 *
 * Every server of Node's (net, tls, http, https, http2) listens through net.Server.listen, which is how they are
 * known here. Those of worker threads, child processes and native addons are not.
 */

const { Server } = require('net');

class Listeners {
    constructor() {
        this.kept = new WeakSet();
        this.opened = new Set();
        this.phase = 'init'; // then 'running' and 'idle' in turn
        this.watch();
    }

    watch() {
        const listeners = this;
        const { listen } = Server.prototype;
        Server.prototype.listen = function (...where) {
            listeners.begin(this);
            return listen.apply(this, where);
        };
    }

    /** It will listen now, or once a host's name is known, which may be after the run. */
    begin(server) {
        if (this.phase === 'init') {
            this.kept.add(server);
            return;
        }
        this.kept.delete(server);
        this.opened.add(server);
        server.once('listening', () => this.began(server));
    }

    began(server) {
        if (this.kept.has(server)) {
            return;
        }
        this.opened.add(server);
        if (this.phase === 'idle') {
            this.closeAll();
        }
    }

    enter(phase) {
        this.phase = phase;
        if (phase === 'idle' && this.opened.size) {
            this.closeAll();
        }
    }

    closeAll() {
        for (const server of this.opened) {
            try {
                if (server.listening) {
                    server.close();
                }
            } catch {
                // the function made it something else than a server
            }
        }
        this.opened.clear();
    }
}

module.exports = { Listeners };
