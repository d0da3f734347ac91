import { useQuery } from '@tanstack/react-query';
import { useEffect, useId, useRef, useState } from 'react';
import { ApiProblem, get } from '../api/client.js';
import type { Logs as Answer, Release } from '../api/types.js';
import { Said, useLanguage } from '../i18n/language.js';
import { Loading } from '../ui/loading.js';
import { ProblemNotice } from '../ui/problem.js';
import { Clock } from '../ui/time.js';
import './logs.css';

const EVERY_MS = 5_000;
const LINES = '200';
const SIDES = ['primary', 'canary'] as const;

interface Props {
  readonly canary: Release['canary'];
}

/** The last lines of a pod of the primary and of one of the canary, side by side, refreshed every few seconds. */
export function Logs({ canary }: Props) {
  const { t } = useLanguage();
  const id = useId();
  const [wanted, setWanted] = useState('');
  return (
    <>
      <div className="field logs-search">
        <label htmlFor={id}>{t.logs.filter}</label>
        <input
          id={id}
          type="search"
          spellCheck={false}
          value={wanted}
          onChange={(event) => setWanted(event.target.value)}
        />
      </div>
      <div className="logs">
        {SIDES.map((of) => (
          <Side key={of} canary={canary} of={of} wanted={wanted.trim().toLowerCase()} />
        ))}
      </div>
    </>
  );
}

interface SideProps extends Props {
  readonly of: Answer['of'];
  /** Only lines that contain this, in lower case. */
  readonly wanted: string;
}

/** The user's choice; the API chooses where there is none. */
interface Choice {
  readonly pod?: string;
  readonly container?: string;
  readonly previous?: 'true';
}

function Side({ canary: { namespace, name }, of, wanted }: SideProps) {
  const { t } = useLanguage();
  const [choice, setChoice] = useState<Choice>({});
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/canaries/${encodeURIComponent(name)}/logs`;
  const logs = (chosen: Choice, signal: AbortSignal): Promise<Answer> =>
    get<Answer>(`${path}?${new URLSearchParams({ of, lines: LINES, ...chosen })}`, signal);
  const { data, error, refetch } = useQuery({
    queryKey: ['logs', namespace, name, of, choice],
    queryFn: async ({ signal }) => {
      try {
        return await logs(choice, signal);
      } catch (failure) {
        // A chosen pod may be gone since: the API chooses another one.
        if (!(failure instanceof ApiProblem) || failure.kind !== 'invalid-input') throw failure;
        return logs({}, signal);
      }
    },
    refetchInterval: EVERY_MS,
    retry: false,
    gcTime: 0,
  });
  return (
    <div className="logs-side">
      <h3>
        {t.logs.of[of]} {data && <span className="muted">{data.workload}</span>}
      </h3>
      {error && <ProblemNotice error={error} retry={() => void refetch()} />}
      {data === undefined && !error && <Loading />}
      {data && (
        <>
          <Choices data={data} choice={choice} choose={setChoice} />
          {data.pod === undefined ? (
            <p className="muted">{t.logs.noPods}</p>
          ) : (
            <Lines data={data} wanted={wanted} label={`${t.logs.of[of]}: ${data.pod}`} />
          )}
        </>
      )}
    </div>
  );
}

interface ChoicesProps {
  readonly data: Answer;
  readonly choice: Choice;
  readonly choose: (choice: Choice) => void;
}

function Choices({ data: { pods, pod, container }, choice, choose }: ChoicesProps) {
  const { t } = useLanguage();
  const shown = pods.find((one) => one.name === pod);
  if (!shown || pod === undefined) return null;
  const restarts = shown.containers.find((one) => one.name === container)?.restarts ?? 0;
  return (
    <div className="logs-choices">
      <select aria-label={t.logs.pod} value={pod} onChange={(event) => choose({ pod: event.target.value })}>
        {pods.map((one) => (
          <option key={one.name} value={one.name}>
            {one.ready ? one.name : t.logs.notReady(one.name)}
          </option>
        ))}
      </select>
      {shown.containers.length > 1 && (
        <select
          aria-label={t.logs.container}
          value={container}
          onChange={(event) => choose({ pod, container: event.target.value })}
        >
          {shown.containers.map((one) => (
            <option key={one.name}>{one.name}</option>
          ))}
        </select>
      )}
      {restarts > 0 && (
        <label className="tick">
          <input
            type="checkbox"
            checked={choice.previous === 'true'}
            onChange={(event) =>
              choose({
                pod,
                ...(container !== undefined && { container }),
                ...(event.target.checked && { previous: 'true' }),
              })
            }
          />
          {t.logs.previous}
        </label>
      )}
    </div>
  );
}

interface LinesProps {
  readonly data: Answer;
  readonly wanted: string;
  readonly label: string;
}

function Lines({ data: { lines, problem, truncated }, wanted, label }: LinesProps) {
  const { t } = useLanguage();
  const box = useRef<HTMLOListElement>(null);
  /** A user who has scrolled up is reading: the text must not move then. */
  const atEnd = useRef(true);
  const shown = wanted === '' ? lines : lines.filter(({ text }) => text.toLowerCase().includes(wanted));
  const last = shown.at(-1);
  useEffect(() => {
    if (box.current && atEnd.current) box.current.scrollTop = box.current.scrollHeight;
  }, [last?.at, last?.text, shown.length]);
  if (problem !== undefined) {
    return (
      <p className="muted">
        <Said>{problem}</Said>
      </p>
    );
  }
  if (shown.length === 0) return <p className="muted">{lines.length === 0 ? t.logs.empty : t.logs.noMatch}</p>;
  return (
    <>
      <ol
        ref={box}
        className="logs-lines"
        // It scrolls, so it must be reachable by keyboard.
        tabIndex={0}
        aria-label={label}
        lang="en"
        onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
          atEnd.current = scrollHeight - scrollTop - clientHeight < 8;
        }}
      >
        {shown.map(({ at, text }, index) => (
          <li key={`${at ?? ''} ${index}`}>
            {at !== undefined && <Clock at={at} />}
            <span>{text}</span>
          </li>
        ))}
      </ol>
      {truncated && <p className="muted">{t.logs.truncated}</p>}
    </>
  );
}
