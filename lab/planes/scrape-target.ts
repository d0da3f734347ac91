import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Has Prometheus scrape a data plane, by its file_sd format. */
export function addTarget(folder: string, name: string, { host, pathname }: URL): void {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${name}.json`);
  const target = { targets: [host], labels: { job: name, __metrics_path__: pathname } };
  writeFileSync(`${file}.draft`, JSON.stringify([target]));
  renameSync(`${file}.draft`, file);
}
