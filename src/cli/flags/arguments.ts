import { Argument, InvalidArgumentError } from 'commander';
import { isObjectName } from '../../domain/names.js';

/** The Canary that a command is about. */
export function canaryArgument(): Argument {
  return new Argument('<canary>', 'name of the Canary').argParser(canaryName);
}

/** @throws InvalidArgumentError for what no Canary can be called: it isn't looked for */
export function canaryName(text: string): string {
  if (isObjectName(text)) return text;
  throw new InvalidArgumentError('It must be the name of a Canary alone, such as podinfo; -n names its namespace.');
}

export function canaryNames(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, canaryName(text)];
}

const RELEASE = /^[a-z0-9][-.a-z0-9]*\.[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** @throws InvalidArgumentError for what is no id of a release */
export function releaseId(text: string): string {
  if (RELEASE.test(text)) return text;
  throw new InvalidArgumentError('It must be the id of a release, as "serinus history -o name" prints it.');
}

/** @throws InvalidArgumentError for what is no hash of a revision */
export function revisionHash(text: string): string {
  if (/^[\w.-]{1,100}$/.test(text)) return text;
  throw new InvalidArgumentError('It must be the hash of a revision, as "serinus describe" prints it.');
}
