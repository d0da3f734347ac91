import { join } from 'node:path';
import type { ServerName } from '../types.js';

/** Where things lie in a lab's directory. */
export class Layout {
  constructor(readonly directory: string) {}

  /** A log file a server; pods log to `pods` below it. */
  get logs(): string {
    return join(this.directory, 'logs');
  }

  /** What the servers keep: databases, certificates. */
  data(server: ServerName): string {
    return join(this.directory, 'data', server);
  }

  /** Volumes and scratch space of the pods. */
  get pods(): string {
    return join(this.directory, 'pods');
  }

  get kubeconfig(): string {
    return join(this.directory, 'kubeconfig');
  }

  /** Credentials, user by user. */
  get users(): string {
    return join(this.directory, 'users');
  }

  /** A kubeconfig whose current context is that user. */
  kubeconfigOf(user: string): string {
    return join(this.users, `${user}.kubeconfig`);
  }

  /** What one of the lab's own processes reads to reach the API server. */
  accessOf(user: string): string {
    return join(this.users, `${user}.access.json`);
  }

  get auditLog(): string {
    return join(this.logs, 'audit.log');
  }

  /** What runs where, for `--status` and for processes that connect. */
  get state(): string {
    return join(this.directory, 'lab.json');
  }

  /** Addresses that the lab's own processes look up. */
  get places(): string {
    return join(this.directory, 'places.json');
  }

  /** Targets that anybody may add for Prometheus, in its file_sd format. */
  get scrapeTargets(): string {
    return join(this.directory, 'scrape-targets');
  }
}
