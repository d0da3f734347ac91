import type { Dependencies } from '../../dependencies.js';
import type { Logger } from '../../logging.js';
import { ORDERS } from '../../domain/orders/catalogue.js';
import { effectOf } from '../../domain/orders/effects.js';
import { refusalOf, type Order } from '../../domain/orders/orders.js';
import type { Linking } from '../../links/offers.js';
import { verified, type Offer } from '../../links/token.js';
import type { Orders } from '../orders/give.js';
import { unknownRelease, type GivenOrder } from '../orders/given.js';
import { parseReleaseId, type ReleaseId } from '../releases/id.js';
import type { Runs } from '../releases/runs.js';
import type { Obeyed, Pending } from '../schema/requests.js';

/** The question for a person who opens a link. */
export interface Question {
  readonly offer: Offer;
  readonly release: ReleaseId;
  /** What would happen now; undefined where no worker answers. */
  readonly effect: string | undefined;
  /** Why the order is refused; undefined where it isn't. */
  readonly refused: string | undefined;
}

type Bounds = Pick<GivenOrder['details'], 'revision' | 'gate' | 'atWeight'>;

export interface Actor {
  readonly by: string;
  /** Verified ones; undefined where the identity isn't verified. */
  readonly groups?: readonly string[];
}

/** Orders that messages have offered, for the people who use them. */
export class OfferedOrders {
  constructor(
    private readonly deps: Pick<Dependencies, 'settings' | 'now'> & { readonly log: Logger },
    private readonly linking: Linking,
    private readonly runs: Runs,
    private readonly orders: Orders,
  ) {}

  /**
   * @throws LinkRefused for a link that isn't ours, or has expired
   * @throws Problem for an unknown release
   */
  async read(token: string): Promise<{ readonly offer: Offer; readonly release: ReleaseId }> {
    const offer = await verified(token, this.linking.keys, this.deps.now());
    const release = parseReleaseId(this.deps.settings.clusterName, offer.releaseId);
    if (!release) throw unknownRelease(offer.releaseId);
    return { offer, release };
  }

  /** @throws as {@link read} does */
  async ask(token: string): Promise<Question> {
    const { offer, release } = await this.read(token);
    const run = await this.runs.find(release);
    if (!run) throw unknownRelease(offer.releaseId);
    const answer = await this.runs.view(run);
    if ('unavailable' in answer || answer.state === undefined) {
      const over = run.status !== 'running';
      return {
        offer,
        release,
        effect: undefined,
        refused: over ? `the release has ended: ${run.outcome ?? run.status}` : undefined,
      };
    }
    const { state } = answer;
    const used = state.requests.includes(requestIdOf(offer)) ? 'this link has been used already' : undefined;
    const refused = used ?? refusalOf(state, orderOf(offer));
    return { offer, release, effect: effectOf(offer.order, state), refused };
  }

  /**
   * Gives the order. The same link gives the same order: the release accepts it once.
   *
   * @throws Problem where the release refuses it
   */
  async give(
    { offer, release }: Pick<Question, 'offer' | 'release'>,
    actor: Actor,
    reason: string,
  ): Promise<Obeyed | Pending> {
    const { by, groups } = actor;
    const details = { by, reason, channel: 'chat', requestId: requestIdOf(offer) } as const;
    const given: GivenOrder = {
      order: offer.order,
      details: {
        ...details,
        ...boundsOf(offer),
        ...(ORDERS[offer.order].asksGroups === true && groups !== undefined ? { groups } : {}),
      },
    };
    const answer = await this.orders.give(release, given);
    const { namespace, name } = release.canary;
    this.deps.log.info(
      { audit: 'taken', canary: `${name}.${namespace}`, order: answer.order, user: by, channel: 'chat' },
      `${answer.order} ordered${answer.taken === true ? '' : ', no worker has taken it yet'}`,
    );
    return answer;
  }
}

function requestIdOf({ order, id }: Offer): string {
  return `${order}:link:${id}`;
}

/**
 * An order applies to the situation of its message: its revision, and for a waiting release its gate and its weight,
 * too. The release itself compares them when it accepts the order, so that nothing can change in between.
 */
function boundsOf({ order, occasion: { revision, gate, weight } }: Offer): Bounds {
  const same = revision === undefined ? {} : { revision };
  if (order !== 'approve' && order !== 'reject') return same;
  return { ...same, ...(gate === undefined ? {} : { gate }), atWeight: weight };
}

/** As a person without verified groups would give it. */
function orderOf(offer: Offer): Order {
  const { order } = offer;
  const base = { by: '', reason: '', requestId: '', channel: 'chat', ...boundsOf(offer) } as const;
  return order === 'setWeight' ? { ...base, order, weight: 0 } : { ...base, order };
}
