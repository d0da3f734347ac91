import { readFileSync } from 'node:fs';

/** The kernel counts in hundredths of a second, on every machine that Node runs on. */
const MS_PER_JIFFY = 10;

/** What a process has used up, as the kernel counts it. */
export interface Used {
  /** Processor time, milliseconds. */
  readonly cpuMs: number;
  /** Resident memory, bytes. */
  readonly memory: number;
}

/** @throws Error where there is no such process, or no `/proc` */
export function usedBy(pid: number): Used {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name, in parentheses, may hold anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [user = 0, system = 0] = [Number(fields[11]), Number(fields[12])];
  const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]);
  return { cpuMs: (user + system) * MS_PER_JIFFY, memory: pages * 4096 };
}
