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

/** Where a template and the one that replaces it differ for the API server, as {@link differences} has it. */
export function changesOf(before: unknown, after: unknown): readonly TemplateChange[] {
  return differences(before, after)
    .filter(({ a, b }) => !isEmpty(a) || !isEmpty(b))
    .map(({ path, a, b }) => ({
      path,
      ...(a === undefined ? {} : { before: a }),
      ...(b === undefined ? {} : { after: b }),
    }));
}

/** The API server tells none of these from a field that isn't there. */
function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'object' && Object.keys(value).length === 0);
}
