// `npm run compare [-- SCENARIO …]`: the same manifest through Flagger 1.36.1 and through Serinus, on one lab, and what
// differs afterwards in objects, events and statuses. What is known to differ, and why, is in docs/differences.md: exit
// code 1 where something else does.
import { findFlagger, flaggerArguments } from '../lab/flagger.js';
import { startLab, type Lab } from '../lab/lab.js';
import { applyYaml } from '../lab/manifests.js';
import { startSerinus } from '../lab/serinus.js';
import { crdYaml } from '../src/crds/manifests.js';
import { clusterClient } from '../src/kube/connect.js';
import { diff, objectDiff, type Difference } from './compare/diff.js';
import { unnamed, type Part } from './compare/named.js';
import { linesOf, titleOfLine, type Lines } from './compare/normalise.js';
import { SCENARIOS, type Scenario } from './compare/scenarios.js';
import { Side, type Outcome } from './compare/side.js';

const say = (line: string): void => console.error(line);

async function main(): Promise<number> {
  const names = process.argv.slice(2);
  const known = SCENARIOS.map(({ name }) => name).join(', ');
  const unknown = names.find((name) => !SCENARIOS.some((scenario) => scenario.name === name));
  if (unknown !== undefined) {
    console.error(`there is no scenario ${unknown}, name one or more of: ${known}`);
    return 2;
  }
  const flagger = await findFlagger(say);
  const lab = await startLab({ log: say });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void lab.stop().finally(() => process.exit(130)));
  }
  try {
    await installCrds(lab);
    const found: string[] = [];
    for (const scenario of SCENARIOS.filter(({ name }) => names.length === 0 || names.includes(name))) {
      found.push(...(await compare(lab, flagger, scenario)));
    }
    return conclude(found);
  } finally {
    await lab.stop();
  }
}

async function installCrds(lab: Lab): Promise<void> {
  await applyYaml(lab, crdYaml());
}

/** @returns the exit code */
function conclude(found: readonly string[]): number {
  if (found.length === 0) {
    console.log('\nNothing differs but what docs/differences.md names.');
    return 0;
  }
  console.log(`\n${found.length} lines differ that docs/differences.md doesn't name:\n${found.join('\n')}`);
  return 1;
}

/**
 * Plays a scenario on both sides at once and prints what differs.
 *
 * @returns the lines that docs/differences.md doesn't name
 */
async function compare(lab: Lab, flagger: string, scenario: Scenario): Promise<readonly string[]> {
  say(`${scenario.name}: ${scenario.about} …`);
  const kube = clusterClient({ kubeconfig: lab.kubeconfig, userAgent: 'serinus-compare' });
  const [theirs, ours] = ['flagger', 'serinus'].map((who) => new Side(kube, scenario, `${who}-${scenario.name}`));
  if (!theirs || !ours) throw new Error('a comparison has two sides');
  await Promise.all([theirs.prepare(), ours.prepare()]);
  const running = [
    lab.launch({
      name: `flagger-${scenario.name}`,
      file: flagger,
      args: await flaggerArguments(lab, theirs.namespace),
    }),
    startSerinus(lab, ['all', '--port=0', `--namespace=${ours.namespace}`, `--cluster-name=${ours.namespace}`], {
      name: `serinus-${scenario.name}`,
      env: { SERINUS_METRICS_SERVER: lab.prometheusUrl },
    }),
  ];
  try {
    const [a, b] = await Promise.all([theirs.play(), ours.play()]);
    return print(scenario, [a, b], [linesOf(a, theirs.namespace), linesOf(b, ours.namespace)]);
  } finally {
    await Promise.all(running.map((process) => process.stop()));
  }
}

function print(
  scenario: Scenario,
  [a, b]: readonly [Outcome, Outcome],
  [x, y]: readonly [Lines, Lines],
): readonly string[] {
  console.log(`\n# ${scenario.name}: ${scenario.about}`);
  console.log('\n(-) Flagger 1.36.1   (+) Serinus');
  const times = (outcome: Outcome) =>
    `initialised in ${outcome.seconds.initialisation} s, released in ${outcome.seconds.release} s`;
  console.log(`- ${times(a)}\n+ ${times(b)}`);
  const objects = objectDiff(x.objects, y.objects, titleOfLine).filter(({ mark }) => mark !== ' ');
  return [
    ...section(scenario, 'objects', objects),
    ...section(scenario, 'events', diff(x.events, y.events)),
    ...section(scenario, 'statuses', diff(x.statuses, y.statuses)),
  ];
}

function section({ name }: Scenario, part: Part, differences: readonly Difference[]): readonly string[] {
  const count = differences.filter(({ mark }) => mark !== ' ').length;
  const title = `${part.charAt(0).toUpperCase()}${part.slice(1)}`;
  console.log(`\n## ${title}: ${count === 0 ? 'the same' : `${count} lines differ`}`);
  for (const { mark, line } of differences) console.log(`${mark} ${line}`);
  return unnamed(part, differences).map(({ mark, line }) => `${name}, ${part}: ${mark} ${line}`);
}

process.exitCode = await main();
