import { Traffic } from '../../lab/traffic.js';
import { APP } from '../setup/objects.js';

/**
 * What makes the walkthrough's bad version bad: requests through the gateway that podinfo answers with a 500 or after a
 * second, at the rates of the walkthrough (`hey -c 5 -q 5` on `/status/500`, one `/delay/1` a second). They hit
 * primary and canary alike, and are nobody's real requests: the client's count leaves them out.
 */
export class Attack {
  private readonly senders: readonly Traffic[];

  constructor(gatewayUrl: string) {
    const { host } = APP;
    this.senders = [
      new Traffic({ gatewayUrl, host, path: '/status/500', perSecond: 25 }),
      new Traffic({ gatewayUrl, host, path: '/delay/1', perSecond: 1 }),
    ];
  }

  async stop(): Promise<void> {
    await Promise.all(this.senders.map((sender) => sender.stop()));
  }
}
