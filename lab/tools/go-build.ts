import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isOwnNetwork } from '../network/own.js';
import type { Leash } from '../process/leash.js';
import { install } from './install.js';
import type { GoBuild } from './program.js';
import { runCommand } from './run-command.js';

/** Builds a program with the Go toolchain at `go` and moves it to `target` in one step. */
export async function buildWithGo(go: string, build: GoBuild, target: string, leash: Leash): Promise<void> {
  await install(target, async (scratch) => {
    const { code, output } = await runCommand(go, argumentsFor(build, scratch), {
      // A go.work of some folder above must not have a say in what we build.
      env: {
        ...process.env,
        GOWORK: 'off',
        GOBIN: scratch,
        ...(isPureGo(build) ? { CGO_ENABLED: '0' } : {}),
        ...((await isOwnNetwork()) ? await withoutNetwork(go) : {}),
      },
      ...(build.kind === 'wrapper' ? { cwd: build.module } : {}),
      leash,
    });
    if (code !== 0) throw new Error(`go failed: ${output.trim().split('\n').slice(-5).join('\n')}`);
    const [program] = await readdir(scratch);
    if (!program) throw new Error(`go built nothing for ${build.package}`);
    return join(scratch, program);
  });
}

/** Go looks a module up even where it has it: the modules that it has fetched before are a proxy, too. */
async function withoutNetwork(go: string): Promise<NodeJS.ProcessEnv> {
  const { output } = await runCommand(go, ['env', 'GOMODCACHE']);
  // They were verified when they were fetched; the database of checksums can't be asked.
  return { GOPROXY: `file://${output.trim()}/cache/download`, GOSUMDB: 'off' };
}

function isPureGo(build: GoBuild): boolean {
  return build.kind === 'wrapper' || build.pureGo === true;
}

function argumentsFor(build: GoBuild, folder: string): string[] {
  const ldflags = build.ldflags ? ['-ldflags', build.ldflags] : [];
  if (build.kind === 'wrapper') {
    return ['build', '-mod=readonly', '-trimpath', ...ldflags, '-o', join(folder, 'program'), build.package];
  }
  const tags = build.tags ? ['-tags', build.tags.join(',')] : [];
  return ['install', ...tags, ...ldflags, build.package];
}
