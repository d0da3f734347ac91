import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { unlinkSync } from 'node:fs';
import { createInterface } from 'node:readline';

/** Names the folder of the sockets that lead from a network of one's own to the process outside. */
export const DOOR_VARIABLE = 'SERINUS_LAB_DOOR';

const LOOPBACK = '127.0.0.1';

/** Where the process outside takes orders. */
export const ordersSocket = (folder: string) => join(folder, 'orders.sock');

/** What is asked of the process outside: that connections to a port of its loopback come to the same port of ours. */
export interface DoorOrder {
  readonly port: number;
  /** The socket at which we take such connections. Each begins with a line that names its port. */
  readonly socket: string;
}

/**
 * Opens a loopback port outside, too, where this process runs in a network of its own that somebody entered for it. Both
 * ports bear the same number, so URLs are good on either side.
 *
 * @returns false where the port is taken outside; true also where there is no outside
 */
export async function openOutside(port: number): Promise<boolean> {
  const folder = process.env[DOOR_VARIABLE];
  if (folder === undefined) return true;
  const order: DoorOrder = { port, socket: await listening(folder) };
  return (await ask(ordersSocket(folder), JSON.stringify(order))) === 'open';
}

let inner: Promise<string> | undefined;

function listening(folder: string): Promise<string> {
  inner ??= new Promise((resolve, reject) => {
    const path = join(folder, `inside-${process.pid}.sock`);
    const server = createServer({ allowHalfOpen: true }, takeIn);
    server.once('error', reject);
    server.listen(path, () => resolve(path));
    server.unref();
    process.once('exit', () => tryUnlink(path));
  });
  return inner;
}

function tryUnlink(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // the folder went first
  }
}

/** Reads the line with the port, byte by byte: what follows belongs to the connection. */
function takeIn(socket: Socket): void {
  let line = '';
  socket.on('error', () => socket.destroy());
  const read = () => {
    for (let byte: Buffer | null; (byte = socket.read(1) as Buffer | null);) {
      if (byte.toString() !== '\n') {
        line += byte.toString();
        continue;
      }
      socket.off('readable', read);
      return linked(socket, connect({ host: LOOPBACK, port: Number(line), allowHalfOpen: true }));
    }
  };
  socket.on('readable', read);
}

/** Two connections become one; what ends or breaks one ends the other. */
export function linked(one: Socket, other: Socket): void {
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const) {
    from.on('error', () => to.destroy());
    from.on('close', () => to.destroy());
    from.pipe(to);
  }
}

function ask(path: string, line: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once('error', reject);
    createInterface({ input: socket }).once('line', (answer) => {
      resolve(answer);
      socket.destroy();
    });
    socket.write(`${line}\n`);
  });
}
