import { basename } from 'node:path';

/** By which of its names the program was called, and what that means. */
export interface Called {
  readonly name: string;
  /** As in `process.argv`. */
  readonly args: readonly string[];
  /** Printed after everything else. */
  readonly epilogue?: string;
}

/** `ShellCompDirectiveNoFileComp` of Cobra, which kubectl completes with. */
const NO_FILES = ':4';

/**
 * kubectl calls `kubectl-serinus` for `kubectl serinus`, and `kubectl_complete-serinus` with what was typed after that to
 * have it completed.
 */
export function asCalled(argv: readonly string[]): Called {
  const [node = '', program = '', ...args] = argv;
  const name = 'kubectl serinus';
  switch (basename(program)) {
    case 'kubectl-serinus':
      return { name, args: argv };
    case 'kubectl_complete-serinus':
      return { name, args: [node, program, '__complete', '--', ...args], epilogue: NO_FILES };
    default:
      return { name: 'serinus', args: argv };
  }
}
