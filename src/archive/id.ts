/** The parts of a release's id, `<namespace>.<name>.<run id>`: only the name may have dots. */
export interface IdParts {
  readonly namespace: string;
  readonly name: string;
  readonly run: string;
}

const ID = /^(?<namespace>[a-z0-9-]+)\.(?<name>[a-z0-9][a-z0-9.-]*)\.(?<run>[0-9a-zA-Z-]+)$/;

/** @returns undefined for text that can't be the id of a release */
export function partsOf(id: string): IdParts | undefined {
  const { namespace, name, run } = ID.exec(id)?.groups ?? {};
  return namespace === undefined || name === undefined || run === undefined ? undefined : { namespace, name, run };
}

/** The ids of a release, one for each of its runs. */
export function idsOf({
  namespace,
  name,
  runs,
}: {
  readonly namespace: string;
  readonly name: string;
  readonly runs: readonly string[];
}): readonly string[] {
  return runs.map((run) => `${namespace}.${name}.${run}`);
}
