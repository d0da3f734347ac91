import { readFile, rename, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { messageOf, UserError } from '../../errors.js';

/** What a gate allows: to continue (`gate`), or to roll back (`rollback`). */
export type GateKind = 'gate' | 'rollback';

/** The gate's Canary. Both names are Kubernetes', so they contain no slash. */
export interface GateOwner {
  readonly name: string;
  readonly namespace: string;
}

type Open<Keys = ReadonlySet<string>> = Readonly<Record<GateKind, Keys>>;

/** The state file: open gates as `<namespace>/<name>`. */
const stateFile = z.object({ gate: z.array(z.string()), rollback: z.array(z.string()) });

/** Thousands of Canaries fit; a stream of made-up names doesn't. */
const MAX_OPEN = 10_000;

/** The open gates. A gate is closed until somebody opens it. With a file, gates survive a restart. */
export class GateStore {
  /** Changes are saved one after another. */
  private last: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly open: Open<Set<string>>,
    private readonly file: string | undefined,
  ) {}

  /**
   * @param file need not exist yet; undefined keeps gates in memory only
   * @throws UserError where the file can't be read as gates
   */
  static async load(file: string | undefined): Promise<GateStore> {
    const saved = file === undefined ? undefined : await readState(file);
    return new GateStore({ gate: new Set(saved?.gate), rollback: new Set(saved?.rollback) }, file);
  }

  isOpen(kind: GateKind, owner: GateOwner): boolean {
    return this.open[kind].has(keyOf(owner));
  }

  /**
   * Opens or closes a gate. It counts once it is saved.
   *
   * @throws Error where it can't be saved, or where too many are open; the gate stays as it was
   */
  async set(kind: GateKind, owner: GateOwner, open: boolean): Promise<void> {
    const change = this.last.then(() => this.change(kind, keyOf(owner), open));
    this.last = change.catch(() => undefined); // its caller gets the error; the next change isn't affected
    return change;
  }

  private async change(kind: GateKind, key: string, open: boolean): Promise<void> {
    const keys = this.open[kind];
    if (open && !keys.has(key) && keys.size >= MAX_OPEN) throw new Error(`${MAX_OPEN} gates are open already`);
    if (this.file !== undefined) await writeState(this.file, { ...this.open, [kind]: changed(keys, key, open) });
    if (open) keys.add(key);
    else keys.delete(key);
  }
}

function changed(keys: ReadonlySet<string>, key: string, open: boolean): ReadonlySet<string> {
  const others = [...keys].filter((other) => other !== key);
  return new Set(open ? [...others, key] : others);
}

function keyOf({ name, namespace }: GateOwner): string {
  return `${namespace}/${name}`;
}

async function readState(file: string): Promise<z.output<typeof stateFile> | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
    throw new UserError(`--state-file: ${messageOf(cause)}`, { cause });
  }
  try {
    return stateFile.parse(JSON.parse(text));
  } catch (cause) {
    throw new UserError(`--state-file: ${file} doesn't hold gates; mend or remove it`, { cause });
  }
}

/** Writes a temporary file first and renames it: a crash leaves the old file or the new one, never half of one. */
async function writeState(file: string, open: Open): Promise<void> {
  const text = JSON.stringify({ gate: [...open.gate].sort(), rollback: [...open.rollback].sort() }, undefined, 2);
  await writeFile(`${file}.new`, `${text}\n`, { flush: true });
  await rename(`${file}.new`, file);
}
