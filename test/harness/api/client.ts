import type { RecordLine } from '../../../src/api/schema/record.js';
import type { Release } from '../../../src/api/schema/release.js';
import { until } from '../until.js';
import type { ApiBench } from './api-bench.js';

export type Body = Readonly<Record<string, unknown>>;

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Body;
}

type Sender = Pick<ApiBench['app'], 'inject'>;

export async function get(app: Sender, url: string, headers: Record<string, string> = {}): Promise<Answer> {
  const response = await app.inject({ url, headers });
  return { status: response.statusCode, headers: response.headers, body: response.json<Body>() };
}

export async function post(
  app: Sender,
  url: string,
  payload: object | string,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await app.inject({ method: 'POST', url, payload, headers });
  return { status: response.statusCode, headers: response.headers, body: response.json<Body>() };
}

export async function releaseOf(app: Sender, id: unknown): Promise<Release> {
  const response = await app.inject({ url: `/api/v1/releases/${String(id)}` });
  return response.json<Release>();
}

/** Waits until the release is so. */
/** The orders in its record, oldest first. */
export function ordersIn({ record }: Pick<Release, 'record'>): Extract<RecordLine, { what: 'order' }>[] {
  return record.filter((entry) => entry.what === 'order');
}

export async function releaseIs(
  app: Sender,
  id: unknown,
  so: (release: Release) => boolean,
  what: string,
): Promise<Release> {
  await until(async () => so(await releaseOf(app, id)), what);
  return releaseOf(app, id);
}

export const ended = (app: Sender, id: unknown): Promise<Release> =>
  releaseIs(app, id, (release) => release.ended, `${String(id)} ends`);
