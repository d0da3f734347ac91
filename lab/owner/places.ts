import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';

const placesSchema = z.object({
  /** The lab node, which knows where a pod's port really is. */
  nodeUrl: z.string().optional(),
  /** The HTTP proxy that resolves in-cluster names. */
  proxyUrl: z.string().optional(),
  prometheusUrl: z.string().optional(),
  /** Where a real data plane takes requests. */
  planeUrl: z.string().optional(),
});

/**
 * Addresses that the lab's own processes tell each other through a file. A file and no arguments, because
 * the processes start side by side: each reads it when it first needs an address.
 */
export type Places = z.infer<typeof placesSchema>;

export function readPlaces(file: string): Places {
  try {
    return placesSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {};
    throw error;
  }
}

/** Adds to what is known; readers see the file as it was or as it is, never half of it. */
export function addPlaces(file: string, places: Places): void {
  writeFileSync(`${file}.draft`, JSON.stringify({ ...readPlaces(file), ...places }));
  renameSync(`${file}.draft`, file);
}
