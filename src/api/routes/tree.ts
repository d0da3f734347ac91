/**
 * Releases are found under `releases`. Paths that say `rollouts` lead to the same: they are what releases were called
 * before, and what scripts may still ask for.
 */
const BRANCHES = ['releases', 'rollouts'] as const;

/** How a route is described under one of its paths. */
export interface Place {
  readonly path: string;
  readonly operationId: string;
  readonly summary: string;
}

/**
 * Every path of a route about releases, the one to use first.
 *
 * @param pathOf the path under a branch
 * @param former operation of the path that says `rollouts`
 */
export function placesOf(
  method: 'GET' | 'POST',
  pathOf: (branch: string) => string,
  described: Pick<Place, 'operationId' | 'summary'>,
  former: string,
): readonly Place[] {
  const [path, ...others] = BRANCHES.map(pathOf);
  const summary = `The same as ${method} ${(path ?? '').replaceAll(/:(\w+)/g, '{$1}')}`;
  return [
    { path: path ?? '', ...described },
    ...others.map((other) => ({ path: other, operationId: former, summary })),
  ];
}
