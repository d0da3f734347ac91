import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { DOOR_VARIABLE, linked, ordersSocket } from './door.js';
import { isOwnNetwork } from './own.js';
import { inOwnNetwork, ownNetworkSupport } from './support.js';

const LOOPBACK = '127.0.0.1';

const orderSchema = z.object({ port: z.number(), socket: z.string() });

/** The setting by which somebody does without: `SERINUS_LAB_NETWORK=shared`. */
const NETWORK_VARIABLE = 'SERINUS_LAB_NETWORK';

/**
 * Runs this very program again in a network of its own, where the machine allows it, and is its door: the ports that it
 * opens can be reached from outside under the same numbers. Resolves to the program's exit code, or to undefined where
 * the caller must go on by itself, because it is inside already or there is no inside to be had.
 *
 * @param say gets in one line which of these it is
 * @param prepare fetches what the program needs, for there is no network inside
 */
export async function runInOwnNetwork(
  say: (line: string) => void,
  prepare: () => Promise<void>,
): Promise<number | undefined> {
  if (await isOwnNetwork()) return undefined;
  if (process.env[NETWORK_VARIABLE] === 'shared') {
    say(`network: this machine's, as ${NETWORK_VARIABLE} says; pods' addresses are only names`);
    return undefined;
  }
  const support = ownNetworkSupport();
  if (!support.possible) {
    say(`network: this machine's, and pods' addresses are only names (${support.why})`);
    return undefined;
  }
  await prepare();
  say('network: its own, where pods have real addresses and nothing leads out');
  return new Outside().run();
}

/** The process outside: starts the one inside, and opens ports for it. */
class Outside {
  readonly #folder = mkdtempSync(join(tmpdir(), 'serinus-door-'));
  readonly #servers: Server[] = [];

  async run(): Promise<number> {
    const orders = createServer((socket) => this.#takeOrders(socket));
    this.#servers.push(orders);
    await new Promise<void>((resolve) => orders.listen(ordersSocket(this.#folder), resolve));
    try {
      return await this.#runInside();
    } finally {
      for (const server of this.#servers) server.close();
      rmSync(this.#folder, { recursive: true, force: true });
    }
  }

  #runInside(): Promise<number> {
    const [, ...args] = process.argv;
    const { file, args: all } = inOwnNetwork({ file: process.execPath, args: [...process.execArgv, ...args] });
    const env = { ...process.env, [DOOR_VARIABLE]: this.#folder };
    const child = spawn(file, all, { stdio: 'inherit', env });
    // A terminal sends Ctrl-C to both; whoever signals only us means the one inside.
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
    return new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)));
    });
  }

  #takeOrders(socket: Socket): void {
    socket.on('error', () => socket.destroy());
    createInterface({ input: socket }).on('line', (line) => {
      const order = orderSchema.parse(JSON.parse(line));
      void this.#open(order.port, order.socket).then((isOpen) => socket.write(isOpen ? 'open\n' : 'taken\n'));
    });
  }

  #open(port: number, inside: string): Promise<boolean> {
    return new Promise((resolve) => {
      const server = createServer({ allowHalfOpen: true }, (socket) => {
        const inner = connect({ path: inside, allowHalfOpen: true });
        inner.write(`${port}\n`);
        linked(socket, inner);
      });
      server.once('error', () => resolve(false));
      server.listen({ host: LOOPBACK, port, exclusive: true }, () => {
        this.#servers.push(server);
        resolve(true);
      });
    });
  }
}
