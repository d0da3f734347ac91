import { messageOf } from '../../errors.js';
import { answer, FORBIDDEN, type Answer } from '../http/answer.js';
import type { Payload } from '../http/payload.js';
import type { LoadTesterSettings } from '../options.js';
import type { GateKind, GateOwner, GateStore } from './store.js';

type GateAction = 'check' | 'open' | 'close';

export interface GateRoute {
  readonly kind: GateKind;
  readonly action: GateAction;
}

const ROUTES: ReadonlyMap<string, GateRoute> = new Map(
  (['gate', 'rollback'] as const).flatMap((kind) =>
    (['check', 'open', 'close'] as const).map((action) => [`/${kind}/${action}`, { kind, action }] as const),
  ),
);

/** Names as Kubernetes has them: of Canaries up to 253 characters, of namespaces up to 63. */
const NAME = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/;
const NAMESPACE = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

export function gateRoute(path: string): GateRoute | undefined {
  return ROUTES.get(path);
}

/** Opens, closes and checks gates. */
export class Gates {
  constructor(
    private readonly store: GateStore,
    private readonly settings: Pick<LoadTesterSettings, 'log' | 'onGate'>,
  ) {}

  /** @param from the sender of the request; logged with each change */
  async answer({ kind, action }: GateRoute, { name, namespace }: Payload, from: string): Promise<Answer> {
    if (!NAME.test(name) || !NAMESPACE.test(namespace)) {
      return answer(400, 'name and namespace of a Canary are needed in the payload');
    }
    if (action === 'check') return this.store.isOpen(kind, { name, namespace }) ? answer(200, 'Approved') : FORBIDDEN;
    return this.change(kind, { name, namespace }, action === 'open', from);
  }

  private async change(kind: GateKind, owner: GateOwner, open: boolean, from: string): Promise<Answer> {
    const { log, onGate } = this.settings;
    const fields = { canary: `${owner.name}.${owner.namespace}`, from };
    const done = open ? 'opened' : 'closed';
    try {
      await this.store.set(kind, owner, open);
    } catch (error) {
      log.error({ ...fields, error: messageOf(error) }, `${kind} can't be ${done}`);
      return answer(500, `the ${kind} can't be ${done}: ${messageOf(error)}`);
    }
    log.info(fields, `${kind} ${done}`);
    try {
      onGate(kind, owner.name, owner.namespace, open);
    } catch (error) {
      // The gate itself is saved; polling shows it.
      log.error({ ...fields, error: messageOf(error) }, `${kind} ${done}, but a listener failed`);
    }
    return answer(202);
  }
}
