import type { Json } from './saved.js';

/** All texts in a history, those in payloads included. */
export function textsIn(value: Json): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([name, part]) =>
    name === 'base64' && typeof part === 'string' ? [Buffer.from(part, 'base64').toString('utf8')] : textsIn(part),
  );
}
