import { context, SpanKind, trace, type Attributes } from '@opentelemetry/api';
import type { WorkflowClientInterceptor } from '@temporalio/client';
import { ending } from './spans.js';

/**
 * A span for each call of Temporal's client. Nothing is added to the calls: workflow histories are the same with traces
 * and without.
 */
export function traceClient(version: string): WorkflowClientInterceptor {
  const tracer = trace.getTracer('serinus', version);
  const traced = <T>(name: string, workflowId: string | undefined, call: () => Promise<T>): Promise<T> => {
    const attributes: Attributes = workflowId === undefined ? {} : { temporalWorkflowId: workflowId };
    const span = tracer.startSpan(name, { kind: SpanKind.CLIENT, attributes });
    return ending(span, () => context.with(trace.setSpan(context.active(), span), call));
  };
  return {
    startWithDetails: (input, next) =>
      traced(`StartWorkflow:${input.workflowType}`, input.options.workflowId, () => next(input)),
    startUpdate: (input, next) =>
      traced(`UpdateWorkflow:${input.updateName}`, input.workflowExecution.workflowId, () => next(input)),
    startUpdateWithStart: (input, next) =>
      traced(`UpdateWithStartWorkflow:${input.updateName}`, input.workflowStartOptions.workflowId, () => next(input)),
    signal: (input, next) =>
      traced(`SignalWorkflow:${input.signalName}`, input.workflowExecution.workflowId, () => next(input)),
    signalWithStart: (input, next) =>
      traced(`SignalWithStartWorkflow:${input.signalName}`, input.options.workflowId, () => next(input)),
    query: (input, next) =>
      traced(`QueryWorkflow:${input.queryType}`, input.workflowExecution.workflowId, () => next(input)),
    cancel: (input, next) => traced('CancelWorkflow', input.workflowExecution.workflowId, () => next(input)),
    terminate: (input, next) => traced('TerminateWorkflow', input.workflowExecution.workflowId, () => next(input)),
    describe: (input, next) => traced('DescribeWorkflow', input.workflowExecution.workflowId, () => next(input)),
  };
}
