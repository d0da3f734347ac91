import { UserError } from '../errors.js';

/** The target doesn't exist: a user must fix that before a release, and during one it is a reason to roll back. */
export class TargetMissing extends UserError {}
