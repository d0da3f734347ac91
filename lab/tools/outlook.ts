import type { Program } from './program.js';

/** On so many cores, and so many side by side, `buildSeconds` were measured. */
const MEASURED_ON = 2;
/** Compilers use more; linkers don't, and they take their part. */
const MOST_CORES = 8;
/** How much faster or slower than measured a machine may turn out to be. */
const SLOWEST = 5;

/** How far the search for several programs has come, and how long the rest will take: corrected by what it took so far. */
export class Outlook {
  private readonly begun = new Map<Program, number>();
  private readonly waiting: Set<Program>;
  private readonly total: number;
  private built = { expected: 0, actual: 0 };

  /**
   * @param programs all that are needed
   * @param cores of this machine
   * @param now milliseconds
   */
  constructor(
    programs: readonly Program[],
    private readonly cores: number,
    private readonly now: () => number = Date.now,
  ) {
    this.waiting = new Set(programs);
    this.total = programs.length;
  }

  /** It is being made. */
  begin(program: Program): void {
    this.waiting.delete(program);
    this.begun.set(program, this.now());
  }

  /** It is there, be it that it always was. */
  end(program: Program): void {
    const begun = this.begun.get(program);
    this.waiting.delete(program);
    this.begun.delete(program);
    if (begun === undefined) return;
    this.built.expected += this.usual(program);
    this.built.actual += (this.now() - begun) / 1000;
  }

  /** `3 of 10 programs, about 6 minutes left` */
  text(): string {
    const done = this.total - this.waiting.size - this.begun.size;
    return `${done} of ${this.total} programs, ${this.left()}`;
  }

  private left(): string {
    const lanes = [...this.begun].map(([program, since]) => this.expected(program) - (this.now() - since) / 1000);
    if (this.waiting.size === 0 && lanes.every((left) => left <= 0)) return 'longer than usual';
    const ends = lanes.map((left) => Math.max(0, left));
    while (ends.length < MEASURED_ON) ends.push(0);
    for (const program of this.waiting) {
      const first = ends.indexOf(Math.min(...ends));
      ends[first] = (ends[first] ?? 0) + this.expected(program);
    }
    return `${roughly(Math.max(...ends))} left`;
  }

  private expected(program: Program): number {
    const { expected, actual } = this.built;
    const pace = expected === 0 ? 1 : Math.min(SLOWEST, Math.max(1 / SLOWEST, actual / expected));
    return this.usual(program) * pace;
  }

  private usual({ buildSeconds }: Program): number {
    return (buildSeconds * MEASURED_ON) / Math.min(MOST_CORES, Math.max(1, this.cores));
  }
}

/** `about 6 minutes`, `under a minute`, `some seconds` */
export function roughly(seconds: number): string {
  if (seconds < 15) return 'some seconds';
  if (seconds < 60) return 'under a minute';
  const minutes = Math.round(seconds / 60);
  return minutes === 1 ? 'about a minute' : `about ${minutes} minutes`;
}
