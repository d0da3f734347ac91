/** Programs that render what is in deploy/, for tests; found or built only when somebody asks for them. */
import { findOne } from './tools/find-one.js';
import { helm, kustomize } from './tools/programs.js';

/** @param log is called with how it was come by, which takes minutes the first time */
export function findHelm(log: (line: string) => void): Promise<string> {
  return findOne(helm, log);
}

/** @param log is called with how it was come by, which takes a minute the first time */
export function findKustomize(log: (line: string) => void): Promise<string> {
  return findOne(kustomize, log);
}
