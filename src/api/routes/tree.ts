/**
 * Releases are found under `releases`. Paths with `rollouts` are aliases: their former name, which scripts may still
 * use.
 */
const BRANCHES = ['releases', 'rollouts'] as const;

/** A route's description under one of its paths. */
export interface Place {
  readonly path: string;
  readonly operationId: string;
  readonly summary: string;
}

/**
 * Every path of a route about releases, the preferred one first.
 *
 * @param pathOf the path under a branch
 * @param former operation of the path with `rollouts`
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
