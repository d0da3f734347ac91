// `npm run compare [-- SCENARIO …]`: the same manifest through Flagger 1.36.1 and through Serinus, on one lab, and what
// differs afterwards in objects, events and statuses. What is known to differ, and why, is in docs/differences.md.
import { findFlagger, flaggerArguments } from '../lab/flagger.js';
import { startLab, type Lab } from '../lab/lab.js';
import { applyYaml } from '../lab/manifests.js';
import { startSerinus } from '../lab/serinus.js';
import { crdYaml } from '../src/crds/manifests.js';
import { clusterClient } from '../src/kube/connect.js';
import { diff, objectDiff, type Difference } from './compare/diff.js';
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
    for (const scenario of SCENARIOS.filter(({ name }) => names.length === 0 || names.includes(name))) {
      await compare(lab, flagger, scenario);
    }
    return 0;
  } finally {
    await lab.stop();
  }
}

async function installCrds(lab: Lab): Promise<void> {
  await applyYaml(lab, crdYaml());
}

/** Plays a scenario on both sides at once and prints what differs. */
async function compare(lab: Lab, flagger: string, scenario: Scenario): Promise<void> {
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
    print(scenario, [a, b], [linesOf(a, theirs.namespace), linesOf(b, ours.namespace)]);
  } finally {
    await Promise.all(running.map((process) => process.stop()));
  }
}

function print(scenario: Scenario, [a, b]: readonly [Outcome, Outcome], [x, y]: readonly [Lines, Lines]): void {
  console.log(`\n# ${scenario.name}: ${scenario.about}`);
  console.log('\n(-) Flagger 1.36.1   (+) Serinus');
  const times = (outcome: Outcome) =>
    `initialised in ${outcome.seconds.initialisation} s, released in ${outcome.seconds.release} s`;
  console.log(`- ${times(a)}\n+ ${times(b)}`);
  section(
    'Objects',
    objectDiff(x.objects, y.objects, titleOfLine).filter(({ mark }) => mark !== ' '),
  );
  section('Events', diff(x.events, y.events));
  section('Statuses', diff(x.statuses, y.statuses));
}

function section(title: string, differences: readonly Difference[]): void {
  const count = differences.filter(({ mark }) => mark !== ' ').length;
  console.log(`\n## ${title}: ${count === 0 ? 'the same' : `${count} lines differ`}`);
  for (const { mark, line } of differences) console.log(`${mark} ${line}`);
}

process.exitCode = await main();
