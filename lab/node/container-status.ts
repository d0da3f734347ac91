/** The state of a container in Kubernetes' terms. */
export type ContainerState =
  | { readonly kind: 'waiting'; readonly reason: string; readonly message?: string }
  | { readonly kind: 'running'; readonly startedAt: Date }
  | Terminated;

export interface Terminated {
  readonly kind: 'terminated';
  readonly exitCode: number;
  readonly reason: string;
  readonly startedAt: Date;
  readonly finishedAt: Date;
}

/** A container at one moment. */
export interface ContainerSnapshot {
  readonly name: string;
  readonly image: string;
  readonly state: ContainerState;
  readonly lastTermination: Terminated | undefined;
  readonly restartCount: number;
  readonly ready: boolean;
  readonly started: boolean;
}

/** The snapshot as an entry of `status.containerStatuses`. */
export function containerStatus(snapshot: ContainerSnapshot): object {
  const { name, image, state, lastTermination, restartCount, ready, started } = snapshot;
  return {
    name,
    image,
    imageID: state.kind === 'waiting' && restartCount === 0 ? '' : `lab://${image}`,
    ready,
    started,
    restartCount,
    state: stateObject(state),
    lastState: lastTermination ? stateObject(lastTermination) : {},
  };
}

function stateObject(state: ContainerState): object {
  switch (state.kind) {
    case 'waiting':
      return { waiting: { reason: state.reason, ...(state.message ? { message: state.message } : {}) } };
    case 'running':
      return { running: { startedAt: timestamp(state.startedAt) } };
    case 'terminated':
      return {
        terminated: {
          exitCode: state.exitCode,
          reason: state.reason,
          startedAt: timestamp(state.startedAt),
          finishedAt: timestamp(state.finishedAt),
        },
      };
  }
}

/** Kubernetes' timestamps are whole seconds. */
export function timestamp(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}
