import { UserError } from '../../errors.js';

/** Both count from 1; columns count UTF-16 units. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** A template that can't be parsed or rendered. The message begins with the place: `line 2, column 7: …`. */
export class TemplateError extends UserError {
  constructor(
    readonly place: Place,
    readonly reason: string,
  ) {
    super(`line ${place.line}, column ${place.column}: ${reason}`);
  }
}
