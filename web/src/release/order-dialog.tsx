import { useId, useState, type SubmitEvent } from 'react';
import { orderCalled, ORDERS } from '../../../src/domain/orders/catalogue.js';
import { post } from '../api/client.js';
import { newKey } from '../api/idempotency.js';
import { useSession } from '../api/session.js';
import type { Obeyed, Pending, Release, Steering } from '../api/types.js';
import { Said, useLanguage } from '../i18n/language.js';
import { Dialog } from '../ui/dialog.js';
import { VersionsText } from '../ui/versions.js';
import { DialogEnd } from './dialog-end.js';
import { OrderFields, useGiver } from './order-fields.js';

/** The result of an order. */
export interface Given {
  readonly text: string;
  /** Id of the release that carries it out. */
  readonly by: string;
  /** No worker has answered yet. */
  readonly pending: boolean;
}

interface Props {
  readonly step: Steering;
  readonly release: Release;
  readonly close: () => void;
  readonly taken: (given: Given) => void;
}

/** Shows what an order would do, asks why, and gives it. */
export function OrderDialog({ step, release, close, taken }: Props) {
  const { t } = useLanguage();
  const session = useSession();
  const id = useId();
  // One key a dialog: pressing the button again doesn't order again.
  const [idempotencyKey] = useState(newKey);
  const [giving, setGiving] = useState(false);
  const [error, setError] = useState<Error>();
  const giver = useGiver();
  const [weight, setWeight] = useState(String(release.weight));
  const order = orderCalled(step.order);
  const { takes, wantsReason: required = false, look = 'plain' } = order === undefined ? {} : ORDERS[order];

  const give = async (): Promise<void> => {
    setGiving(true);
    setError(undefined);
    try {
      const answer = await post<Obeyed | Pending>(step.href, {
        body: {
          ...giver.said(),
          ...(release.revision !== undefined && { revision: release.revision }),
          ...(takes === 'weight' && { weight: Number(weight) }),
          ...(takes === 'gate' && release.gate && { gate: release.gate.gate }),
        },
        idempotencyKey,
        csrfToken: session?.csrfToken,
      });
      const given = t.orders.taken(t.orders.names[step.order] ?? step.order);
      const pending = answer.taken === 'pending';
      taken({ text: pending ? t.orders.pending : given, by: answer.id, pending });
    } catch (failure) {
      setError(failure instanceof Error ? failure : new Error(String(failure)));
      setGiving(false);
    }
  };
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    void give();
  };

  return (
    <Dialog title={t.orders.names[step.order] ?? step.order} close={close}>
      <p className="dialog-what">
        {release.canary.name} {release.versions && <VersionsText versions={release.versions} />}
      </p>
      <form onSubmit={submit}>
        <div className="effect">
          <h3>{t.orders.effect}</h3>
          <p>
            <Said>{step.effect}</Said>
          </p>
        </div>
        {takes === 'weight' && (
          <label className="field" htmlFor={`${id}-weight`}>
            {t.orders.weight}
            <input
              id={`${id}-weight`}
              type="number"
              min={0}
              max={100}
              required
              value={weight}
              onChange={(event) => setWeight(event.target.value)}
            />
          </label>
        )}
        <OrderFields giver={giver} reasonRequired={required} />
        <DialogEnd
          error={error}
          giving={giving}
          label={t.orders.names[step.order] ?? step.order}
          look={look === 'back' ? 'button-destroy' : 'button-first'}
          close={close}
        />
      </form>
    </Dialog>
  );
}
