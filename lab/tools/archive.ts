import { createWriteStream } from 'node:fs';
import { basename, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { install, sha256 } from './install.js';
import type { Network } from './network.js';
import type { ReleaseArchive } from './program.js';
import { runCommand } from './run-command.js';

/** The checksum that is published for an archive. Rejects with a NoNetworkError on a machine that is offline. */
export async function publishedChecksum(archive: ReleaseArchive, network: Network): Promise<string> {
  const list = await (await network.fetch(archive.checksumUrl)).text();
  return checksumOf(list, basename(archive.url));
}

/**
 * Downloads an official release, verifies it, and moves the program to `target` in one step. Rejects when
 * its checksum is not the expected one.
 */
export async function installFromArchive(
  archive: ReleaseArchive,
  expected: string,
  target: string,
  network: Network,
): Promise<void> {
  await install(target, async (scratch) => {
    const file = join(scratch, basename(archive.url));
    const { body } = await network.fetch(archive.url);
    if (!body) throw new Error(`${archive.url}: empty answer`);
    await pipeline(Readable.fromWeb(body), createWriteStream(file));
    const actual = await sha256(file);
    if (actual !== expected) throw new Error(`${archive.url}: checksum is ${actual}, published is ${expected}`);
    return archive.member === undefined ? file : unpack(file, archive.member, scratch);
  });
}

/** Finds a file's checksum in a checksum list; a list of a single bare checksum is that file's. */
export function checksumOf(list: string, fileName: string): string {
  const lines = list.trim().split('\n');
  if (lines.length === 1 && /^[0-9a-f]{64}$/.test(list.trim())) return list.trim();
  for (const line of lines) {
    const [checksum, name] = line.trim().split(/\s+\*?/);
    if (checksum && name === fileName) return checksum;
  }
  throw new Error(`no checksum is published for ${fileName}`);
}

async function unpack(file: string, member: string, folder: string): Promise<string> {
  const { code, output } = await runCommand('tar', ['-xzf', file, '-C', folder, member]);
  if (code !== 0) throw new Error(`tar could not unpack ${basename(file)}: ${output.trim()}`);
  return join(folder, member);
}
