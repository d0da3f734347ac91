import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Fence } from '../domain/decision/fence.js';
import type { KeptDecision } from '../domain/decision/kept.js';
import { jsonIn } from '../domain/json.js';

// A decision that a workflow task carries out itself is kept in the Lease first: the task may be lost, and is done again
// then, at another time and after other news. Whoever does so goes on with what was begun, in place of deciding anew.

/** A decision about a batch, and where it is new the text to keep it by. */
export interface Keeping {
  /** Number of the batch that it is about. */
  readonly batch: number;
  readonly id: string;
  /** Undefined where the decision is kept by whoever carries it out: Temporal has it. */
  readonly text?: string | undefined;
}

/** What a Lease says of the decision that was begun last. */
export interface KeptBatch {
  readonly batch: number;
  readonly id: string;
  readonly text: string;
}

/** Another decision about the same batch was begun before. */
export class DecidedOtherwise extends Error {
  override readonly name = 'DecidedOtherwise';

  constructor(readonly kept: KeptDecision) {
    super('another decision has been begun, which is finished first');
  }
}

/** Longest text that a Lease is given to keep, in characters: all annotations of an object have 256 KiB together. */
const LONGEST = 100_000;

/** @returns undefined where it is too long to be kept */
export function textOf({ at, happening }: Omit<KeptDecision, 'id'>): string | undefined {
  const text = gzipSync(JSON.stringify({ at, happening })).toString('base64');
  return text.length > LONGEST ? undefined : text;
}

/** Names what a decision has come to. */
export function nameOf(decided: unknown): string {
  return createHash('sha256').update(JSON.stringify(decided)).digest('hex').slice(0, 16);
}

/** A Lease, as far as it tells what was begun, and by whom. */
interface Standing {
  readonly fence: Fence;
  readonly kept: KeptBatch | undefined;
}

/** @throws DecidedOtherwise where the batch was begun by another decision, which is finished first */
export function refuseOther(keeping: Keeping | undefined, { epoch }: Fence, view: Standing | undefined): void {
  const kept = view?.fence.epoch === epoch ? view.kept : undefined;
  if (!keeping || kept?.batch !== keeping.batch || kept.id === keeping.id) return;
  const decision = decisionIn(kept);
  if (decision) throw new DecidedOtherwise(decision);
}

/** What the Lease keeps from now on: what is begun, or what was begun in the very batch that renews it. */
export function keptFrom(
  keeping: Keeping | undefined,
  fence: Fence,
  view: Standing | undefined,
): KeptBatch | undefined {
  if (keeping?.text !== undefined) return { batch: keeping.batch, id: keeping.id, text: keeping.text };
  const { kept } = view ?? {};
  if (view?.fence.epoch !== fence.epoch || !kept) return undefined;
  return kept.batch === (keeping?.batch ?? fence.seq) ? kept : undefined;
}

/** The annotation of a Lease that keeps a decision. */
export function formatKept({ batch, id, text }: KeptBatch): string {
  return `${batch} ${id} ${text}`;
}

/** @returns undefined where nothing is kept that could be read */
export function parseKept(annotation: string | undefined): KeptBatch | undefined {
  const match = /^(\d{1,9}) ([0-9a-f]+) (\S+)$/.exec(annotation ?? '');
  const [, batch = '', id = '', text = ''] = match ?? [];
  return match ? { batch: Number(batch), id, text } : undefined;
}

/** @returns undefined where somebody has spoilt it: then the batch is decided anew */
export function decisionIn({ id, text }: KeptBatch): KeptDecision | undefined {
  const { at, happening } = (jsonIn(unpacked(text)) ?? {}) as Partial<KeptDecision>;
  return typeof at === 'number' && typeof happening === 'object' ? { id, at, happening } : undefined;
}

function unpacked(text: string): string {
  try {
    return gunzipSync(Buffer.from(text, 'base64'), { maxOutputLength: 2 ** 24 }).toString('utf8');
  } catch {
    return '';
  }
}
