import type { ServerName } from '../types.js';
import { ManagedServer, type ServerEnvironment } from './managed-server.js';
import type { Ports, ServerSpec } from './server-spec.js';

/** The servers of one lab. */
export class ServerSet {
  readonly #servers = new Map<ServerName, ManagedServer>();

  add(spec: ServerSpec, environment: ServerEnvironment): void {
    this.#servers.set(spec.name, new ManagedServer(spec, environment));
  }

  get all(): readonly ManagedServer[] {
    return [...this.#servers.values()];
  }

  has(name: ServerName): boolean {
    return this.#servers.has(name);
  }

  get(name: ServerName): ManagedServer {
    const server = this.#servers.get(name);
    if (!server) throw new Error(`this lab was started without its server "${name}"`);
    return server;
  }

  /** What `read` makes of a server's ports, or undefined where it doesn't run or has not been started. */
  portsOf<T>(name: ServerName, read: (ports: Ports) => T): T | undefined {
    const server = this.#servers.get(name);
    return server?.started ? read(server.ports) : undefined;
  }

  /** Starts all, each as soon as those it needs are ready. Rejects with the first failure. */
  async startAll(): Promise<void> {
    const starts = new Map<ServerName, Promise<void>>();
    const start = (server: ManagedServer): Promise<void> => {
      const known = starts.get(server.name);
      if (known) return known;
      const needed = server.spec.needs.flatMap((name) => this.#servers.get(name) ?? []);
      const promise = Promise.all(needed.map(start)).then(() => server.start());
      starts.set(server.name, promise);
      return promise;
    };
    await Promise.all(this.all.map(start));
  }

  /** Ends all at once and for good: nobody is left who would need an orderly retreat. */
  async killAll(): Promise<void> {
    // The lab node needs a moment to take its pods along; everybody else has written what matters.
    await Promise.all(this.all.map((server) => server.close(server.name === 'node' ? 'SIGTERM' : 'SIGKILL', 2_000)));
  }
}
