import { basename } from 'node:path';

/** The name that the program was called by, and its meaning. */
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
 * kubectl calls `kubectl-serinus` for `kubectl serinus`, and `kubectl_complete-serinus` to complete the words typed
 * after that.
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
