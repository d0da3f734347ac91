import { context, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import { withoutHttp } from './http.js';
import { ending } from './spans.js';
import type { TraceIds } from './trace-ids.js';

/** It sends thousands of requests; a span for each would cost more than the load. */
const LOAD_TEST = 'loadTest';

/**
 * A span for each attempt of an activity. All activities of a run are in one trace, whose id is the run's without
 * hyphens, so the workflow needn't pass anything on.
 */
export function traceActivities(version: string, ids: TraceIds): ActivityInterceptorsFactory {
  const tracer = trace.getTracer('serinus', version);
  return ({ info }) => ({
    inbound: {
      execute: (input, next) => {
        const { activityType, activityId, attempt, taskQueue, workflowExecution } = info;
        const { workflowId = '', runId = '' } = workflowExecution ?? {};
        const attributes = {
          // Named as Temporal's own interceptors name them.
          temporalWorkflowId: workflowId,
          temporalActivityId: activityId,
          run_id: runId,
          'serinus.attempt': attempt,
          'serinus.task_queue': taskQueue,
        };
        const start = () => tracer.startSpan(`RunActivity:${activityType}`, { attributes }, ROOT_CONTEXT);
        const span = ids.ofRun(runId, start);
        const inside = trace.setSpan(ROOT_CONTEXT, span);
        const quiet = activityType === LOAD_TEST ? withoutHttp(inside) : inside;
        return ending(span, () => context.with(quiet, () => next(input)));
      },
    },
  });
}
