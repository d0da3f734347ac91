import { createServer } from 'node:net';
import { openOutside } from '../network/door.js';

/**
 * Ports are drawn from below the ranges that Linux (from 32768) and macOS (from 49152) hand to outgoing
 * connections: a server that is stopped for a while must find its port free when it comes back.
 */
const FIRST_PORT = 15_000;
const LAST_PORT = 31_999;
const MAX_TRIES = 200;

const handedOut = new Set<number>();

/**
 * A loopback port that nobody listens on and that this process has not handed out before. In a network of the lab's own
 * it can be reached from outside, too.
 */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const port = FIRST_PORT + Math.floor(Math.random() * (LAST_PORT - FIRST_PORT + 1));
    if (handedOut.has(port)) continue;
    handedOut.add(port);
    if ((await isPortFree(port)) && (await openOutside(port))) return port;
  }
  throw new Error(`no free loopback port found between ${FIRST_PORT} and ${LAST_PORT} in ${MAX_TRIES} tries`);
}

/** Gives a port back that will not be used any more. */
export function returnPort(port: number): void {
  handedOut.delete(port);
}

/** Whether a server could listen on this loopback port now. */
export async function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host: '127.0.0.1', exclusive: true }, () => probe.close(() => resolve(true)));
  });
}
