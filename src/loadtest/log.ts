/** Where the load tester writes; a pino logger fits. `fields` become JSON fields beside the message. */
export interface LoadTesterLog {
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
  error(fields: Readonly<Record<string, unknown>>, message: string): void;
}
