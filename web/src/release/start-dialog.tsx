import { useQuery } from '@tanstack/react-query';
import { useId, useState, type SubmitEvent } from 'react';
import { get, post } from '../api/client.js';
import { newKey } from '../api/idempotency.js';
import { useSession } from '../api/session.js';
import type { CanaryDetail, PastReleases, Release, StartRollout } from '../api/types.js';
import { duration } from '../format/times.js';
import { Said, useLanguage } from '../i18n/language.js';
import { Dialog } from '../ui/dialog.js';
import { Loading } from '../ui/loading.js';
import { ProblemText } from '../ui/problem.js';
import { DialogEnd } from './dialog-end.js';
import { OrderFields, useGiver } from './order-fields.js';
import { usePermissions } from './orders.js';
import { seenBefore } from './seen-before.js';

interface Props {
  readonly canary: Release['canary'];
  readonly started: () => void;
}

/** Starts a release from the page; hidden from users without permission. */
export function StartButton({ canary, started }: Props) {
  const { t } = useLanguage();
  const [open, setOpen] = useState(false);
  if (usePermissions(canary)?.start !== true) return null;
  return (
    <>
      <button type="button" onClick={() => setOpen(true)}>
        {t.start.button}
      </button>
      {open && (
        <StartDialog
          canary={canary}
          close={() => setOpen(false)}
          started={() => {
            setOpen(false);
            started();
          }}
        />
      )}
    </>
  );
}

interface DialogProps extends Props {
  readonly close: () => void;
}

function StartDialog({ canary: { namespace, name }, close, started }: DialogProps) {
  const { t } = useLanguage();
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/canaries/${encodeURIComponent(name)}`;
  const { data, error } = useQuery({
    queryKey: ['detail', namespace, name],
    queryFn: ({ signal }) => get<CanaryDetail>(path, signal),
    gcTime: 0,
  });
  return (
    <Dialog title={t.start.title(name)} close={close}>
      {error && <ProblemText error={error} />}
      {!data && !error && <Loading />}
      {data && <StartForm path={path} detail={data} close={close} started={started} />}
    </Dialog>
  );
}

interface FormProps {
  readonly path: string;
  readonly detail: CanaryDetail;
  readonly close: () => void;
  readonly started: () => void;
}

function StartForm({ path, detail, close, started }: FormProps) {
  const { t, locale } = useLanguage();
  const session = useSession();
  const giver = useGiver();
  const id = useId();
  const [idempotencyKey] = useState(newKey);
  const containers = Object.entries(detail.images.target ?? {});
  const [container, setContainer] = useState(containers[0]?.[0] ?? '');
  const running = detail.images.target?.[container] ?? '';
  const [image, setImage] = useState(running);
  const [restart, setRestart] = useState(false);
  const [giving, setGiving] = useState(false);
  const [error, setError] = useState<Error>();
  const { namespace, name, forecast, releaseUnderWay } = detail;
  const { data: past } = useQuery({
    queryKey: ['past', namespace, name],
    queryFn: ({ signal }) => {
      const query = new URLSearchParams({ namespace, name, limit: '50' });
      return get<PastReleases>(`/api/v1/releases?${query}`, signal);
    },
    retry: false,
  });
  const start = async (): Promise<void> => {
    setGiving(true);
    setError(undefined);
    const body: Partial<StartRollout> = {
      images: { [container]: image.trim() },
      ...giver.said(),
      ...(restart && { ifUnderWay: 'restart' }),
    };
    try {
      await post(`${path}/rollouts`, { body, idempotencyKey, csrfToken: session?.csrfToken });
      started();
    } catch (failure) {
      setError(failure instanceof Error ? failure : new Error(String(failure)));
      setGiving(false);
    }
  };
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    void start();
  };
  return (
    <form onSubmit={submit}>
      {containers.length > 1 && (
        <div className="field">
          <label htmlFor={`${id}-container`}>{t.start.container}</label>
          <select
            id={`${id}-container`}
            value={container}
            onChange={(event) => {
              setContainer(event.target.value);
              setImage(detail.images.target?.[event.target.value] ?? '');
            }}
          >
            {containers.map(([one]) => (
              <option key={one}>{one}</option>
            ))}
          </select>
        </div>
      )}
      <div className="field">
        <label htmlFor={`${id}-image`}>{t.start.image}</label>
        <input
          id={`${id}-image`}
          type="text"
          required
          maxLength={500}
          autoComplete="off"
          spellCheck={false}
          list={`${id}-seen`}
          aria-describedby={`${id}-image-hint`}
          value={image}
          onChange={(event) => setImage(event.target.value)}
        />
        <datalist id={`${id}-seen`}>
          {seenBefore(past?.items ?? [], running).map((one) => (
            <option key={one} value={one} />
          ))}
        </datalist>
        <span id={`${id}-image-hint`} className="hint">
          {t.start.imageHint(running)}
        </span>
      </div>
      <OrderFields giver={giver} reasonRequired={false} />
      {forecast && (
        <div className="effect">
          <h3>{t.start.forecast(duration(forecast.seconds, locale))}</h3>
          <p>
            <Said>{forecast.explanation}</Said>
          </p>
        </div>
      )}
      {releaseUnderWay && (
        <label className="tick">
          <input type="checkbox" checked={restart} onChange={(event) => setRestart(event.target.checked)} />
          {t.start.restart}
        </label>
      )}
      <DialogEnd
        error={error}
        giving={giving}
        label={t.start.give}
        disabled={giving || container === '' || image.trim() === running || image.trim() === ''}
        close={close}
      />
    </form>
  );
}
