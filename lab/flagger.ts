/**
 * The real Flagger, beside which Serinus is put: by the comparison and by the tests of `serinus adopt`. It is no server
 * of a lab, and found or built only when somebody asks for it.
 */
import { Leash } from './process/leash.js';
import { freePort } from './process/ports.js';
import { findPrograms } from './tools/find.js';
import { flagger } from './tools/programs.js';
import { plainProgress } from './tools/progress.js';
import { defaultSources } from './tools/source.js';
import type { ConnectedLab } from './types.js';

/**
 * @param log is told how it was come by, which takes minutes the first time
 * @returns the program's path
 */
export async function findFlagger(log: (line: string) => void): Promise<string> {
  const leash = new Leash();
  try {
    const progress = plainProgress(log);
    const [found] = await findPrograms([flagger], defaultSources(progress, leash), progress);
    if (!found) throw new Error('no flagger was found');
    return found.path;
  } finally {
    leash.close();
  }
}

/** Arguments of a Flagger that looks after one namespace of a lab. It holds its leader's Lease there while it runs. */
export async function flaggerArguments(lab: ConnectedLab, namespace: string): Promise<readonly string[]> {
  return [
    `-kubeconfig=${lab.kubeconfig}`,
    `-namespace=${namespace}`,
    `-metrics-server=${lab.prometheusUrl}`,
    `-port=${await freePort()}`,
    '-mesh-provider=apisix',
    '-control-loop-interval=1s',
    '-log-level=info',
    '-enable-leader-election=true',
  ];
}
