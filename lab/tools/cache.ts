import { homedir } from 'node:os';
import { join } from 'node:path';

/** The folder where built and downloaded programs are kept between runs. */
export function cacheDirectory(env: NodeJS.ProcessEnv = process.env): string {
  if (env['SERINUS_LAB_CACHE']) return env['SERINUS_LAB_CACHE'];
  return join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'serinus-lab');
}
