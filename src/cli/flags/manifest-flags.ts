import { readFileSync } from 'node:fs';
import { Option } from 'commander';
import { Manifests } from '../../check/manifest.js';
import { messageOf, UserError } from '../../errors.js';
import { UsageError } from '../usage.js';

/** Options of commands that read Canaries from files. */
export interface ManifestFlags {
  readonly filename: readonly string[];
  readonly namespace?: string;
}

/** @param what the files contain, for help */
export function manifestOption(what: string): Option {
  return new Option('-f, --filename <file>', `${what}; may be repeated, - reads standard input`)
    .argParser(collect)
    .makeOptionMandatory();
}

/** @throws UsageError where a file can't be read, or there is no Canary in any */
export function readFiles({ filename, namespace }: ManifestFlags): Manifests {
  try {
    const manifests = filename
      .map((path) => Manifests.read(textOf(path), path === '-' ? 'standard input' : path, namespace))
      .reduce((all, more) => all.with(more));
    manifests.demandCanary();
    return manifests;
  } catch (error) {
    if (error instanceof UserError) throw new UsageError(`--filename: ${error.message}`);
    throw error;
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path === '-' ? 0 : path, 'utf8');
  } catch (error) {
    throw new UserError(`${path} can't be read: ${messageOf(error)}`);
  }
}

function collect(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}
