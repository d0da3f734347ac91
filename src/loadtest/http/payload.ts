import type { IncomingMessage } from 'node:http';
import { z } from 'zod';

/** The parts of a webhook's payload that the load tester reads. */
export interface Payload {
  readonly name: string;
  readonly namespace: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Far more than a command line takes. */
const MAX_BODY_BYTES = 256 * 1024;

/** As Go parses it: missing and null are empty, another type is an error. */
const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '');
const payload = z
  .object({
    name: text,
    namespace: text,
    metadata: z
      .record(z.string(), z.string())
      .nullish()
      .transform((value) => value ?? {}),
  })
  .nullable();

/** @returns undefined where the body isn't a webhook's payload, whatever its content type says */
export function parsePayload(body: string): Payload | undefined {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  const parsed = payload.safeParse(json);
  return parsed.success ? (parsed.data ?? { name: '', namespace: '', metadata: {} }) : undefined;
}

/**
 * @returns undefined where the body is longer than {@link MAX_BODY_BYTES}; the rest is left unread
 * @throws Error where the sender goes away
 */
export async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  // Leaving the loop must not destroy the socket that the answer goes through.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) return undefined;
  }
  return Buffer.concat(chunks).toString('utf8');
}
