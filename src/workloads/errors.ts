import { UserError } from '../errors.js';

/** There is no such target: to mend before a release, and a reason to roll back during one. */
export class TargetMissing extends UserError {}
