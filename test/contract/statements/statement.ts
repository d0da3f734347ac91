/** Where a statement of the contract's section 10 is shown. */
export interface Statement {
  /** What it says, in short. */
  readonly says: string;
  /** Files below `test/`, each with names of tests (or of groups of them) as the file has them. */
  readonly shown: Readonly<Record<string, readonly string[]>>;
  /** Where Serinus does it otherwise, or not at all: words of the line in docs/differences.md that says so and why. */
  readonly differs?: string;
}
