import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import { parsedJson } from '../http/answer.js';

/** A time series' value at some time. */
export interface DataPoint {
  /** Id of the time series. */
  readonly series: string;
  readonly value: number;
}

/** The messages of SignalFlow that matter here. */
export type Message =
  | { readonly is: 'authenticated' | 'end' | 'other' }
  | { readonly is: 'data'; readonly points: readonly DataPoint[] }
  | { readonly is: 'error'; readonly text: string };

const HEADER_BYTES = 20;
const FLAGS_AT = 2;
const COMPRESSED = 1;
const IS_JSON = 2;
/** Time (8 bytes) and number of elements. */
const DATA_HEADER_BYTES = 12;
const COUNT_AT = 8;
/** Type, id of the time series (8 bytes), value (8 bytes). */
const ELEMENT_BYTES = 17;

const jsonSchema = z.object({ type: z.string(), event: z.string().optional() });

/**
 * Reads a message of SignalFlow's WebSocket API: text is JSON, data comes in a binary encoding.
 *
 * @returns undefined where it is no such message
 * @see https://dev.splunk.com/observability/docs/signalflow/messages/stream_messages_specification
 */
export function readMessage(data: Buffer, isBinary: boolean, maxBytes: number): Message | undefined {
  if (!isBinary) return jsonMessage(data.toString('utf8'));
  if (data.length < HEADER_BYTES) return undefined;
  const flags = data.readUInt8(FLAGS_AT);
  const content = data.subarray(HEADER_BYTES);
  const plain = flags & COMPRESSED ? unzipped(content, maxBytes) : content;
  if (plain === undefined) return undefined;
  return flags & IS_JSON ? jsonMessage(plain.toString('utf8')) : dataMessage(plain);
}

function jsonMessage(text: string): Message | undefined {
  const parsed = jsonSchema.safeParse(parsedJson(text));
  if (!parsed.success) return undefined;
  const { type, event } = parsed.data;
  if (type === 'authenticated') return { is: 'authenticated' };
  if (type === 'error' || type === 'websocket-error') return { is: 'error', text };
  if (type !== 'control-message') return { is: 'other' };
  if (event === 'CHANNEL_ABORT') return { is: 'error', text };
  return { is: event === 'END_OF_CHANNEL' ? 'end' : 'other' };
}

function dataMessage(content: Buffer): Message | undefined {
  if (content.length < DATA_HEADER_BYTES) return undefined;
  const count = content.readUInt32BE(COUNT_AT);
  if (content.length < DATA_HEADER_BYTES + count * ELEMENT_BYTES) return undefined;
  const points: DataPoint[] = [];
  for (let index = 0; index < count; index++) {
    const element = content.subarray(DATA_HEADER_BYTES + index * ELEMENT_BYTES);
    const value = valueOf(element);
    if (value !== undefined) points.push({ series: element.toString('hex', 1, 9), value });
  }
  return { is: 'data', points };
}

/** @returns undefined for null */
function valueOf(element: Buffer): number | undefined {
  switch (element.readUInt8(0)) {
    case 1:
      return Number(element.readBigInt64BE(9));
    case 2:
      return element.readDoubleBE(9);
    case 3:
      return element.readInt32BE(9);
    default:
      return undefined;
  }
}

function unzipped(content: Buffer, maxOutputLength: number): Buffer | undefined {
  try {
    return gunzipSync(content, { maxOutputLength });
  } catch {
    return undefined;
  }
}
