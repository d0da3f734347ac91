import { apiReference } from './api.js';
import { cliReference } from './cli.js';
import { formatted } from './markdown.js';

/** Pages of docs/ that are made from the code, by name. */
export async function referencePages(): Promise<ReadonlyMap<string, string>> {
  const drafts = [
    ['cli-reference.md', cliReference()],
    ['api-reference.md', await apiReference()],
  ] as const;
  return new Map(
    await Promise.all(drafts.map(async ([name, text]) => [name, await formatted(`docs/${name}`, text)] as const)),
  );
}
