import type { ServerName } from '../types.js';

/** Port numbers by the role they play for a server, for instance `client` and `peer` of etcd. */
export type Ports = Readonly<Record<string, number>>;

export interface ServerCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** What there is to know about one server of the lab; `ManagedServer` does the rest. */
export interface ServerSpec {
  readonly name: ServerName;
  /** One free loopback port is chosen for each, and kept over restarts. */
  readonly portRoles: readonly string[];
  /** Those that must be ready before this one is started. */
  readonly needs: readonly ServerName[];
  readonly stopSignal: NodeJS.Signals;
  /** The address a person or a program talks to. */
  url(ports: Ports): string;
  /** Called before every start. Writes the files it names, if any. */
  command(ports: Ports): ServerCommand | Promise<ServerCommand>;
  /** Whether it serves. An error means "not yet" just like `false`. */
  isReady(ports: Ports): Promise<boolean>;
  /** Called each time it has become ready, before anybody who needs it is started. */
  onReady?(ports: Ports): void | Promise<void>;
}

/** The port of a role that the spec lists in `portRoles`. */
export function portOf(ports: Ports, role: string): number {
  const port = ports[role];
  if (port === undefined) throw new Error(`the server has no port for "${role}"`);
  return port;
}
