import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, mkdtemp, rename, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';

/**
 * Has a program made in a folder of its own, and moves it to `target` in one step: nobody finds half of one.
 *
 * @param make gets the folder, and resolves to the program's path in there
 */
export async function install(target: string, make: (scratch: string) => Promise<string>): Promise<void> {
  const scratch = await mkdtemp(`${target}-`);
  try {
    const program = await make(scratch);
    await chmod(program, 0o755);
    await rename(program, target);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

export async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}
