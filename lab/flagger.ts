/**
 * The real Flagger, beside which Serinus is put: by the comparison and by the tests of `serinus adopt`. It is no server
 * of a lab, and found or built only when somebody asks for it.
 */
import { freePort } from './process/ports.js';
import { findOne } from './tools/find-one.js';
import { flagger } from './tools/programs.js';
import type { ConnectedLab } from './types.js';

/**
 * @param log is called with how it was come by, which takes minutes the first time
 * @returns the program's path
 */
export function findFlagger(log: (line: string) => void): Promise<string> {
  return findOne(flagger, log);
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
