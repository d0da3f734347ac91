import type { Socket } from 'node:net';
import type { App } from './routes/app.js';

/** Time for answers under way, once no more requests are accepted; less than the 30 s that Kubernetes gives a pod. */
const GRACE_MS = 10_000;

/**
 * Limits how long the server takes to close. Node waits for each connection without a request, such as a browser's
 * spare one, until its request times out, and without end for a client that doesn't read its answer.
 *
 * @param graceMs milliseconds after which connections are closed, whatever they are doing
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
