import { isAlive } from '../process/groups.js';
import { Layout } from '../owner/layout.js';
import { runningLabs } from '../owner/registry.js';
import { readState } from '../owner/state-file.js';
import type { LabState } from '../types.js';

/** The states of all labs that run on this machine, for this user. A lab that still boots has none yet. */
export function labStates(): LabState[] {
  return runningLabs().flatMap(({ directory }) => {
    try {
      return [readState(new Layout(directory).state)];
    } catch {
      return []; // it boots, or it is just going
    }
  });
}

/** The states as a table a lab. */
export function statusText(states: readonly LabState[]): string {
  if (states.length === 0) return 'No lab is running. Start one with: npm run lab';
  return states.map(labText).join('\n\n');
}

function labText(state: LabState): string {
  const rows = state.servers.map(({ name, pid, url, log }) => [
    name,
    pid === null || !isAlive(pid) ? 'stopped' : `pid ${pid}`,
    url ?? '-',
    log,
  ]);
  return [
    `Lab in ${state.directory}, since ${state.startedAt}, owned by process ${state.owner}`,
    ...table(rows),
    `  KUBECONFIG=${state.kubeconfig}`,
  ].join('\n');
}

function table(rows: readonly (readonly string[])[]): string[] {
  const columns = rows[0]?.length ?? 0;
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd());
}
