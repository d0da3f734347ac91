import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { WorkflowHandle } from '@temporalio/client';

export type History = Awaited<ReturnType<WorkflowHandle['fetchHistory']>>;

export type Json = string | number | boolean | readonly Json[] | { readonly [name: string]: Json };

/** Where histories are kept, a gzipped file each. */
export const HISTORIES = fileURLToPath(new URL('../histories/', import.meta.url));
export const ENDING = '.json.gz';

/** What recorded histories name in place of a process and its host. */
export const IDENTITY = 'serinus-recording';

/** A history as it is kept. */
export interface SavedHistory {
  readonly name: string;
  readonly json: Json;
  readonly history: History;
}

/** All histories that are kept, by name. */
export function savedHistories(): readonly SavedHistory[] {
  return readdirSync(HISTORIES)
    .filter((file) => file.endsWith(ENDING))
    .sort()
    .map((file) => {
      const json = JSON.parse(gunzipSync(readFileSync(HISTORIES + file)).toString('utf8')) as Json;
      return { name: file.slice(0, -ENDING.length), json, history: fromJson(json) as History };
    });
}

/** The bytes of a history's file. */
export function packed(json: Json): Buffer {
  return gzipSync(JSON.stringify(json), { level: 9 });
}

/**
 * A history as JSON: Temporal's protocol buffers field by field, numbers as numbers and bytes as `{"base64": "…"}`.
 *
 * The SDK has a converter of its own (`historyToJSON`, `historyFromJSON`), which refuses to work where npm has installed
 * more than one copy of protobufjs, as it does here.
 *
 * @throws RangeError where a number is too long
 */
export function toJson(value: unknown): Json {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (value instanceof Uint8Array) return { base64: Buffer.from(value).toString('base64') };
  if (Array.isArray(value)) return value.map(toJson);
  if (isLong(value)) return numberOf(value);
  const entries = Object.entries(value as object).filter(([, part]) => part !== undefined && part !== null);
  return Object.fromEntries(entries.map(([name, part]) => [name, toJson(part)]));
}

function fromJson(json: Json): unknown {
  if (typeof json !== 'object') return json;
  if (Array.isArray(json)) return json.map(fromJson);
  const entries = Object.entries(json);
  const [[name, text] = []] = entries;
  if (entries.length === 1 && name === 'base64' && typeof text === 'string') return Buffer.from(text, 'base64');
  return Object.fromEntries(entries.map(([key, part]) => [key, fromJson(part)]));
}

/** How protobufjs represents 64-bit integers. */
interface Long {
  readonly low: number;
  readonly high: number;
  readonly unsigned: boolean;
}

function isLong(value: unknown): value is Long {
  return typeof value === 'object' && value !== null && 'low' in value && 'high' in value && 'unsigned' in value;
}

function numberOf({ low, high, unsigned }: Long): number {
  const number = (unsigned ? high >>> 0 : high) * 2 ** 32 + (low >>> 0);
  if (!Number.isSafeInteger(number)) throw new RangeError(`${number} can't be written without loss`);
  return number;
}
