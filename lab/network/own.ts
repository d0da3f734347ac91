import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';

/** An address of the pods' first range that is never handed out. */
const PROBE = '198.51.100.0';

let known: Promise<boolean> | undefined;

/**
 * Whether this process runs in a network of its own, where the pods' addresses are local and nothing outside can be
 * reached. Told by the facts and not by a variable: a data plane that sends requests to these addresses anywhere else
 * would send packets out.
 */
export function isOwnNetwork(): Promise<boolean> {
  known ??= findOut();
  return known;
}

async function findOut(): Promise<boolean> {
  const onlyLoopback = Object.values(networkInterfaces()).every((its = []) => its.every(({ internal }) => internal));
  return onlyLoopback && (await isLocal(PROBE));
}

/** Only an address of this network can be listened on. */
function isLocal(host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host, port: 0, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
