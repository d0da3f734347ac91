import type { Socket } from 'node:net';
import type { App } from './routes/app.js';

/** For answers under way, once no more requests are taken; less than the 30 s that Kubernetes gives a pod. */
const GRACE_MS = 10_000;

/**
 * Bounds how long the server takes to close. Node waits for each connection on which nothing has been asked yet, such as the
 * spare one of a browser, until its request times out, and without end for a client that doesn't read its answer.
 *
 * @param graceMs milliseconds after which connections are cut off, whatever goes on there
 */
export function closeInTime(app: App, graceMs = GRACE_MS): void {
  const unused = new Set<Socket>();
  app.server.on('connection', (socket) => {
    unused.add(socket);
    socket.once('close', () => unused.delete(socket));
  });
  app.server.on('request', ({ socket }) => unused.delete(socket));
  app.addHook('preClose', (done) => {
    for (const socket of unused) socket.destroy();
    const impatience = setTimeout(() => app.server.closeAllConnections(), graceMs);
    impatience.unref();
    app.server.once('close', () => clearTimeout(impatience));
    done();
  });
}
