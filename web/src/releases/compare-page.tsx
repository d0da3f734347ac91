import { useQuery } from '@tanstack/react-query';
import { useId, useState, type SubmitEvent } from 'react';
import { Link, useSearchParams } from 'wouter';
import { get } from '../api/client.js';
import type { Comparison, Release } from '../api/types.js';
import { useLanguage } from '../i18n/language.js';
import { useRelease } from '../release/past-page.js';
import { Chart } from '../release/chart.js';
import { Difference } from '../release/difference.js';
import { drawnOf } from '../release/series.js';
import { Icon } from '../ui/icon.js';
import { Loading } from '../ui/loading.js';
import { ProblemNotice } from '../ui/problem.js';
import { DateTime, useNow } from '../ui/time.js';
import { useTitle } from '../ui/title.js';
import { compared } from './comparison.js';

/** One of the two may be under way. */
const POLL_MS = 3_000;

/** Two releases side by side, such as two attempts at one revision. */
export function ComparePage() {
  const { t } = useLanguage();
  useTitle(t.compare.title);
  const [parameters, setParameters] = useSearchParams();
  const a = parameters.get('a') ?? '';
  const b = parameters.get('b') ?? '';
  return (
    <>
      <div className="page-head">
        <h1>{t.compare.title}</h1>
      </div>
      <Choice key={`${a} ${b}`} a={a} b={b} choose={(first, second) => setParameters({ a: first, b: second })} />
      {a !== '' && b !== '' && <Both a={a} b={b} />}
    </>
  );
}

interface ChoiceProps {
  readonly a: string;
  readonly b: string;
  readonly choose: (a: string, b: string) => void;
}

function Choice({ a, b, choose }: ChoiceProps) {
  const { t } = useLanguage();
  const id = useId();
  const [first, setFirst] = useState(a);
  const [second, setSecond] = useState(b);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    choose(first.trim(), second.trim());
  };
  return (
    <form className="compare-choice" onSubmit={submit}>
      <p className="muted">
        {t.compare.hint} <Link href="/releases">{t.app.releases}</Link>
      </p>
      <label className="field" htmlFor={`${id}-a`}>
        {t.compare.first}
        <input id={`${id}-a`} required value={first} onChange={(event) => setFirst(event.target.value)} />
      </label>
      <label className="field" htmlFor={`${id}-b`}>
        {t.compare.second}
        <input id={`${id}-b`} required value={second} onChange={(event) => setSecond(event.target.value)} />
      </label>
      <button type="submit">{t.compare.show}</button>
    </form>
  );
}

function Both({ a, b }: { readonly a: string; readonly b: string }) {
  const first = useRelease(a);
  const second = useRelease(b);
  const failed = [first, second].find(({ error }) => error !== null);
  if (failed?.error) return <ProblemNotice error={failed.error} retry={() => void failed.refetch()} />;
  if (!first.data || !second.data) return <Loading />;
  return <Comparison a={first.data} b={second.data} />;
}

function Comparison({ a, b }: { readonly a: Release; readonly b: Release }) {
  const { t, locale } = useLanguage();
  const now = useNow(POLL_MS);
  return (
    <>
      <div className="card">
        <div className="table-scroll" tabIndex={0} role="group" aria-label={t.compare.title}>
          <table className="compared">
            <thead>
              <tr>
                <th scope="col">{t.compare.what}</th>
                <Head release={a} />
                <Head release={b} />
              </tr>
            </thead>
            <tbody>
              {compared(a, b, t, locale).map((line) => (
                <tr key={line.what}>
                  <th scope="row">{line.what}</th>
                  <td>{line.a}</td>
                  <td>
                    {line.b}
                    {line.differs && (
                      <span className="differs">
                        <Icon name="warning" /> {t.compare.differs}
                      </span>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </div>
      <Templates a={a.id} b={b.id} />
      <div className="compare-charts">
        {[a, b].map((release, index) => (
          <Chart
            key={index}
            drawn={drawnOf(release.record, release, now)}
            id={`chart-${index}`}
            of={index === 0 ? t.compare.first : t.compare.second}
          />
        ))}
      </div>
    </>
  );
}

/** The templates' differences; nothing where one is unknown, or the user may not see it. */
function Templates({ a, b }: { readonly a: string; readonly b: string }) {
  const { data } = useQuery({
    queryKey: ['compare', a, b],
    queryFn: ({ signal }) =>
      get<Comparison>(`/api/v1/releases/compare?${new URLSearchParams({ a, b }).toString()}`, signal),
    retry: false,
  });
  return data?.template ? <Difference places={data.template} /> : null;
}

function Head({ release }: { readonly release: Release }) {
  return (
    <th scope="col">
      <Link href={`/releases/${encodeURIComponent(release.id)}`}>
        {release.canary.namespace}/{release.canary.name}
      </Link>
      <div className="muted">
        <DateTime at={release.startedAt} />
      </div>
    </th>
  );
}
