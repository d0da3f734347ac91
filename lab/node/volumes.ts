import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ConfigSource } from './config-source.js';
import type { Container, Volume } from './pod.js';

type KeyItems = readonly { key: string; path: string }[] | undefined;

/**
 * Writes a pod's ConfigMap and Secret volumes as files under `directory`, once, before its containers
 * start. Other kinds of volume become empty folders.
 */
export async function writeVolumes(volumes: readonly Volume[], directory: string, config: ConfigSource): Promise<void> {
  for (const volume of volumes) {
    const folder = join(directory, volume.name);
    await mkdir(folder, { recursive: true });
    const files = await volumeFiles(volume, config);
    for (const [path, text] of Object.entries(files)) {
      const file = join(folder, path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text);
    }
  }
}

/** Where a container finds its volumes: mounting needs root, so variables name their folders. */
export function volumeVariables({ volumeMounts }: Container, directory: string): Record<string, string> {
  const entries = volumeMounts.map(({ name }) => [
    `LAB_VOLUME_${name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}`,
    join(directory, name),
  ]);
  return Object.fromEntries(entries) as Record<string, string>;
}

async function volumeFiles({ configMap, secret, projected }: Volume, config: ConfigSource) {
  if (configMap) return select(await config.configMap(configMap.name, configMap.optional), configMap.items);
  if (secret) return select(await config.secret(secret.secretName, secret.optional), secret.items);
  const files: Record<string, string> = {};
  for (const source of projected?.sources ?? []) {
    const { configMap: map, secret: its } = source;
    if (map) Object.assign(files, select(await config.configMap(map.name, map.optional), map.items));
    if (its) Object.assign(files, select(await config.secret(its.name, its.optional), its.items));
  }
  return files;
}

function select(data: Record<string, string>, items: KeyItems): Record<string, string> {
  if (!items) return data;
  return Object.fromEntries(items.map(({ key, path }) => [path, data[key] ?? '']));
}
