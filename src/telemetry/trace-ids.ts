import { randomBytes } from 'node:crypto';

/** Ids of traces and spans. Spans of a workflow's run get a trace id that is derived from the run's id. */
export class TraceIds {
  private given: string | undefined;

  /** A trace that `begin` starts has the id that belongs to the run. */
  ofRun<T>(runId: string, begin: () => T): T {
    this.given = traceIdOf(runId);
    try {
      return begin();
    } finally {
      this.given = undefined;
    }
  }

  // The SDK calls these two without the object.
  readonly generateTraceId = (): string => this.given ?? randomBytes(16).toString('hex');

  readonly generateSpanId = (): string => randomBytes(8).toString('hex');
}

/** A run's id is a UUID: without its hyphens it is a trace id. */
function traceIdOf(runId: string): string | undefined {
  const id = runId.replaceAll('-', '').toLowerCase();
  return /^[0-9a-f]{32}$/.test(id) && !/^0+$/.test(id) ? id : undefined;
}
