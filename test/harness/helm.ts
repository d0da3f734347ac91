import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { findHelm } from '../../lab/renderers.js';

const program = await findHelm((line) => console.error(line));
const CHART = fileURLToPath(new URL('../../deploy/chart/', import.meta.url));
/** A Helm that was built from its module says it were for an old Kubernetes. */
const KUBERNETES = ['--kube-version', '1.35.4'];

/** Sets of values that the chart is tried with, by their files in deploy/chart/ci. */
export const VALUES = ['all', 'one-namespace', 'trial'] as const;

export interface Rendering {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What Helm makes of the chart, with one of its sets of values. */
export function templated(values: (typeof VALUES)[number], ...args: readonly string[]): Rendering {
  return helm('template', 'serinus', CHART, '--namespace', 'serinus', '--values', valuesFile(values), ...args);
}

/** What Helm says of the chart as it comes, with values given one by one. */
export function templatedWith(...settings: readonly string[]): Rendering {
  return helm('template', 'serinus', CHART, ...settings.flatMap((setting) => ['--set', setting]));
}

export function linted(values: (typeof VALUES)[number]): Rendering {
  return helm('lint', CHART, '--strict', '--values', valuesFile(values));
}

function valuesFile(values: string): string {
  return `${CHART}ci/${values}-values.yaml`;
}

function helm(command: string, ...args: readonly string[]): Rendering {
  const all = [command, ...args, ...KUBERNETES];
  const { status, stdout, stderr } = spawnSync(program, all, { encoding: 'utf8', maxBuffer: 1 << 24 });
  return { status, stdout, stderr };
}
