import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Test files that need the same servers. */
export interface Round {
  readonly name: string;
  readonly files: readonly string[];
  /** Test files that run at once. */
  readonly atOnce: number;
  readonly timeoutMinutes: number;
  /** Into how many processes its files are put; each has one of its own where nothing is said. */
  readonly processes?: number;
}

const SERVERS = ['api', 'cli', 'client', 'kubernetes', 'security', 'workflows', 'watch', 'replay'];
const LAB = ['lab', 'release', 'web'];
/** Real data planes, in a network of their own: `npm run planes`. */
const PLANES = ['planes'];
/** Long by nature: `npm run test:endurance`. Of each there is a short form in `npm test`. */
const isLong = (file: string): boolean => file.endsWith('.endurance.test.ts');
/** Metrics as a real Prometheus has them: the lab has found or built it by the round of servers. */
const isMeasured = (file: string): boolean => file.endsWith('.prometheus.test.ts');
/** Releases that need nothing of their own from Serinus: one looks after all of them. */
const isShared = (file: string): boolean => file.endsWith('.shared.test.ts');

/**
 * @param wanted parts of files' names; none for all but those that need real data planes and those that are long by nature
 * @returns the rounds in which something is to be run
 */
export function rounds(wanted: readonly string[]): Round[] {
  const all = ['test', 'web/test']
    .flatMap((folder) => readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)))
    .filter((file) => file.endsWith('.test.ts'))
    .sort();
  const folder = (file: string): string => file.split('/')[1] ?? '';
  const needsServers = (file: string): boolean => SERVERS.includes(folder(file)) || isMeasured(file);
  const isWanted = (file: string): boolean =>
    wanted.length === 0 ? !PLANES.includes(folder(file)) && !isLong(file) : wanted.some((part) => file.includes(part));
  const files = all.filter(isWanted);
  return [
    {
      name: 'pure',
      files: files.filter((f) => !needsServers(f) && ![...LAB, ...PLANES].includes(folder(f))),
      atOnce: 2,
      timeoutMinutes: 10,
      processes: 8,
    },
    {
      name: 'servers',
      files: files.filter(needsServers),
      atOnce: 5,
      timeoutMinutes: 35,
      processes: 10,
    },
    { name: 'planes', files: files.filter((f) => PLANES.includes(folder(f))), atOnce: 1, timeoutMinutes: 20 },
    { name: 'shared', files: files.filter(isShared), atOnce: 4, timeoutMinutes: 30 },
    {
      name: 'lab',
      files: files.filter((f) => LAB.includes(folder(f)) && !isShared(f)),
      atOnce: 4,
      timeoutMinutes: 45,
    },
  ].filter((round) => round.files.length > 0);
}
