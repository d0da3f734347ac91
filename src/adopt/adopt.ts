import { readCanary, type Reading } from '../canary/read.js';
import { CANARIES } from '../kube/object.js';
import { adoptionOf } from './adoption.js';
import { adopt, giveBack } from './change-hands.js';
import { runningControllers } from './controllers.js';
import type { CanaryFacts } from './facts.js';
import { givingBackOf } from './giving-back.js';
import { controllersOf, factsOf } from './look.js';
import { error, type Direction, type Entry, type Plan } from './plan.js';
import { NO_TRACES, tracesOf, type Traces } from './traces.js';

/**
 * Reads everything first: what changing hands means for each Canary, and what prevents it.
 *
 * @param names of the Canaries; empty for all in the namespace, or in the cluster
 * @param now milliseconds since 1970
 */
export async function makePlan(
  reading: Reading,
  direction: Direction,
  names: readonly string[],
  now: number,
): Promise<Plan> {
  const { namespace } = reading.settings;
  const { controllers, findings } = await controllersOf(reading);
  const all = (await reading.cache.client.list(CANARIES, namespace === undefined ? {} : { namespace })).items;
  const wanted = all.filter(({ metadata }) => names.length === 0 || names.includes(metadata.name));
  const unknown = names.filter((name) => !all.some(({ metadata }) => metadata.name === name));
  const canaries: Entry[] = [];
  for (const { metadata } of wanted) {
    const facts = await factsOf(reading, { namespace: metadata.namespace ?? '', name: metadata.name }, now);
    if (!facts) continue;
    canaries.push(direction === 'adopt' ? adoptionOf(facts) : givingBackOf(facts, await leftOf(reading, facts)));
  }
  return {
    direction,
    findings: [
      ...findings,
      ...runningControllers(direction, controllers, namespace, now),
      ...unknown.map((name) => error(`there is no Canary ${name}`, 'correct its name, or the namespace')),
    ],
    canaries,
  };
}

async function leftOf(
  reading: Reading,
  { namespace, name, leased, recordedHere, trouble }: CanaryFacts,
): Promise<Traces> {
  if (trouble !== undefined || !(leased || recordedHere)) return NO_TRACES;
  const view = await readCanary(reading, { cluster: '', namespace, name });
  return view ? tracesOf(reading, view) : NO_TRACES;
}

/**
 * Carries out a plan without errors, one Canary after the other. If one fails, the earlier ones stay changed; the same
 * command continues from there.
 *
 * @param done is called for each
 */
export async function carryOut(reading: Reading, plan: Plan, now: number, done: (entry: Entry) => void): Promise<void> {
  for (const entry of plan.canaries.filter(({ verdict }) => verdict === 'change')) {
    await (plan.direction === 'adopt' ? adopt(reading, entry, now) : giveBack(reading, entry, now));
    done(entry);
  }
}
