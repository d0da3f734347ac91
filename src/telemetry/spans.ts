import { SpanStatusCode, type Span } from '@opentelemetry/api';
import { CancelledFailure } from '@temporalio/common';
import { messageOf } from '../errors.js';

/** Ends the span with the action, and with its error. A cancelled action hasn't failed. */
export async function ending<T>(span: Span, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof CancelledFailure) span.setAttribute('serinus.cancelled', true);
    else {
      span.recordException(error instanceof Error ? error : String(error));
      span.setStatus({ code: SpanStatusCode.ERROR, message: messageOf(error) });
    }
    throw error;
  } finally {
    span.end();
  }
}
