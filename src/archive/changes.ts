import { differences } from './difference.js';

/** One place in which two templates differ. */
export interface TemplateChange {
  /** For instance `spec.containers[podinfod].image`. */
  readonly path: string;
  /** Undefined where it has been added. */
  readonly before?: unknown;
  /** Undefined where it has been removed. */
  readonly after?: unknown;
}

/** The differences between a template and its replacement that matter to the API server, see {@link differences}. */
export function changesOf(before: unknown, after: unknown): readonly TemplateChange[] {
  return differences(before, after)
    .filter(({ a, b }) => !isEmpty(a) || !isEmpty(b))
    .map(({ path, a, b }) => ({
      path,
      ...(a === undefined ? {} : { before: a }),
      ...(b === undefined ? {} : { after: b }),
    }));
}

/** To the API server each of these equals a missing field. */
function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'object' && Object.keys(value).length === 0);
}
