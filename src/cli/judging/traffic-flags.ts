import { Option, type Command } from 'commander';
import type { KubeObject } from '../../kube/object.js';
import type { PolicyFlags } from '../flags/engine-flags.js';
import { manifestOption, readFiles, type ManifestFlags } from '../flags/manifest-flags.js';
import { UsageError } from '../usage.js';
import { positive, share } from './numbers.js';

/** One Canary, and its traffic. */
export interface TrafficFlags extends ManifestFlags, PolicyFlags {
  readonly rps: number;
  readonly errors: number;
}

export function addTrafficFlags(command: Command): Command {
  return command
    .addOption(manifestOption('the Canary in YAML or JSON'))
    .option('-n, --namespace <name>', 'of objects that name none (default: "default")')
    .addOption(
      new Option('--rps <number>', 'requests a second, to both versions together')
        .argParser(positive)
        .makeOptionMandatory(),
    )
    .addOption(
      new Option('--errors <share>', 'of the primary’s requests, such as 0.5%').argParser(share).makeOptionMandatory(),
    );
}

/** @throws UsageError where the files hold no Canary, or several */
export function oneCanary(flags: ManifestFlags): KubeObject {
  const [object, ...others] = readFiles(flags).canaries;
  if (!object || others.length > 0) throw new UsageError('--filename: name one Canary, not several');
  return object;
}
