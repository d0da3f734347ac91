import axios from 'axios';
import { describeMachine, thisMachine } from './machine.js';
import { WALKTHROUGH } from './objects.js';
import { TAGS, type Place } from './place.js';
import { spreadOf } from './spread.js';
import { Stage } from './stage.js';

/** So long that nothing but orders moves the route. */
const STANDSTILL_SECONDS = 3_600;
const PATIENCE_MS = 120_000;
/** Weights that are ordered in turn, none above the walkthrough's `maxWeight`. */
const WEIGHTS = [11, 12] as const;

/** Of each order, in milliseconds since it was sent. */
export interface OrderLatencies {
  readonly written: readonly number[];
  readonly answered: readonly number[];
}

/** Orders one weight after another by HTTP, and measures when the route has it and when the order is answered. */
export async function measureOrders(place: Place, count: number): Promise<OrderLatencies> {
  const stage = await Stage.open(place, { ...WALKTHROUGH, intervalSeconds: STANDSTILL_SECONDS });
  await stage.setImage(TAGS.good[0]);
  await stage.timeline.first(['route weight 10'], PATIENCE_MS);
  const { runId } = await stage.run.describe();
  const url = `${place.apiUrl}/api/v1/releases/${stage.scene.namespace}.podinfo.${runId}/weight`;
  const written: number[] = [];
  const answered: number[] = [];
  for (let i = 0; i < count; i += 1) {
    const weight = WEIGHTS[i % 2 === 0 ? 0 : 1];
    stage.timeline.begin();
    const began = Date.now();
    await axios.post(url, { weight, by: 'bench' });
    answered.push(Date.now() - began);
    const { at } = await stage.timeline.first([`route weight ${weight}`], PATIENCE_MS);
    written.push(at - began);
  }
  await stage.timeline.stop();
  return { written, answered };
}

/** The figures as people read them. */
export function ordersReportOf({ written, answered }: OrderLatencies): string {
  const row = (what: string, values: readonly number[]): string => {
    const { median, max } = spreadOf(values);
    return `${what.padEnd(24)}  median ${median.toFixed(0)} ms, p99 ${p99(values).toFixed(0)} ms, slowest ${max.toFixed(0)} ms`;
  };
  return [
    `${written.length} orders (weight), one after another`,
    describeMachine(thisMachine()),
    row('POST to route written', written),
    row('POST to answer', answered),
  ].join('\n');
}

/** The value that 99 of 100 don't exceed. */
function p99(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * 0.99) - 1)] ?? 0;
}
