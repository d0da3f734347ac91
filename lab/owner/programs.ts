import type { Leash } from '../process/leash.js';
import { findPrograms } from '../tools/find.js';
import type { Program } from '../tools/program.js';
import { apisixController, contour, envoy, skipper } from '../planes/programs.js';
import { etcd, hey, kubeApiserver, kubeControllerManager, podinfo, prometheus, temporal } from '../tools/programs.js';
import type { Progress } from '../tools/progress.js';
import { defaultSources } from '../tools/source.js';
import type { ServerName } from '../types.js';

/** The programs that a server is, or that it starts. */
function programsOf(server: ServerName, podinfoTags: readonly string[]): readonly Program[] {
  switch (server) {
    case 'etcd':
      return [etcd];
    case 'apiserver':
      return [kubeApiserver];
    case 'controllers':
      return [kubeControllerManager];
    case 'temporal':
      return [temporal];
    case 'prometheus':
      return [prometheus];
    case 'node':
      return [hey, ...podinfoTags.map(podinfo)];
    case 'gateway':
      return [];
    case 'contour':
      return [contour];
    case 'envoy':
      return [envoy];
    case 'skipper':
      return [skipper];
    case 'apisix-controller':
      return [apisixController];
  }
}

/** Paths of programs by name. */
export type ProgramPaths = (name: string) => string;

/** Finds or makes everything that the given servers need. */
export async function findProgramsFor(
  servers: ReadonlySet<ServerName>,
  podinfoTags: readonly string[],
  progress: Progress,
  leash: Leash,
): Promise<ProgramPaths> {
  const programs = [...servers].flatMap((server) => programsOf(server, podinfoTags));
  const found = await findPrograms(slowestFirst(programs), defaultSources(progress, leash), progress);
  return (name) => {
    const program = found.find((one) => one.name === name);
    if (!program) throw new Error(`the lab was started without ${name}`);
    return program.path;
  };
}

/** The Kubernetes servers share most of a build: one after the other, beside the other long ones. */
function slowestFirst(programs: readonly Program[]): Program[] {
  const order = [temporal, kubeApiserver, kubeControllerManager, skipper, prometheus].map((program) => program.name);
  const rank = (program: Program) => (order.includes(program.name) ? order.indexOf(program.name) : order.length);
  return [...programs].sort((a, b) => rank(a) - rank(b));
}
