import { readFileSync } from 'node:fs';
import { z } from 'zod';

const mapSchema = z.object({ sources: z.array(z.string()) });

/** What a build has put into a file. @param path of the file's source map */
export function sourcesIn(path: string | URL): readonly string[] {
  return mapSchema.parse(JSON.parse(readFileSync(path, 'utf8'))).sources;
}
