import { stringify } from 'yaml';
import { GRANTS, PROCESSES, type Grant, type Process } from './rules.js';

/** The rights of each process as the chart's template reads them, apart by what may be given in one namespace. */
export function chartRules(): string {
  const sections = PROCESSES.map((process) => [
    process,
    {
      namespaced: rulesOf(process, (grant) => !grant.clusterScoped),
      clusterScoped: rulesOf(process, (grant) => grant.clusterScoped === true),
    },
  ]);
  return stringify(Object.fromEntries(sections), { lineWidth: 0 });
}

function rulesOf(process: Process, isMeant: (grant: Grant) => boolean) {
  return GRANTS.filter((grant) => grant.verbs[process] !== undefined && isMeant(grant)).map(
    ({ group, resource, verbs }) => ({ apiGroups: [group], resources: [resource], verbs: [...(verbs[process] ?? [])] }),
  );
}
