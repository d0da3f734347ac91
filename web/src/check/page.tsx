import { useMutation } from '@tanstack/react-query';
import { useId, useState, type SubmitEvent } from 'react';
import { post } from '../api/client.js';
import { useSession } from '../api/session.js';
import type { BacktestAnswer, CheckAnswer } from '../api/types.js';
import { useLanguage } from '../i18n/language.js';
import { ProblemNotice } from '../ui/problem.js';
import { useTitle } from '../ui/title.js';
import { EXAMPLE } from './example.js';
import { Backtested } from './backtested.js';
import { Checked } from './checked.js';

/** Checks a Canary that is pasted in, and puts past releases through its policy. */
export function CheckPage() {
  const { t } = useLanguage();
  useTitle(t.check.title);
  const id = useId();
  const session = useSession();
  const [manifest, setManifest] = useState('');
  const [cluster, setCluster] = useState(false);
  const [metrics, setMetrics] = useState(false);
  const check = useMutation({
    mutationFn: (text: string) =>
      post<CheckAnswer>('/api/v1/check', { body: { manifest: text, cluster, metrics }, csrfToken: session?.csrfToken }),
  });
  const backtest = useMutation({
    mutationFn: (text: string) =>
      post<BacktestAnswer>('/api/v1/backtest', { body: { manifest: text }, csrfToken: session?.csrfToken }),
  });
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    backtest.reset();
    check.mutate(manifest);
  };
  return (
    <>
      <div className="page-head">
        <h1>{t.check.title}</h1>
      </div>
      <p>{t.check.intro}</p>
      <form className="check-form card" onSubmit={submit}>
        <label className="field" htmlFor={`${id}-manifest`}>
          {t.check.manifest}
          <textarea
            id={`${id}-manifest`}
            rows={16}
            required
            spellCheck={false}
            autoComplete="off"
            lang="en"
            value={manifest}
            onChange={(event) => setManifest(event.target.value)}
          />
        </label>
        <label className="tick">
          <input type="checkbox" checked={cluster} onChange={(event) => setCluster(event.target.checked)} />
          {t.check.cluster}
        </label>
        <label className="tick">
          <input type="checkbox" checked={metrics} onChange={(event) => setMetrics(event.target.checked)} />
          {t.check.metrics}
        </label>
        <div className="dialog-buttons">
          <button type="button" onClick={() => setManifest(EXAMPLE)}>
            {t.check.example}
          </button>
          <button
            type="button"
            disabled={manifest.trim() === '' || backtest.isPending}
            onClick={() => {
              check.reset();
              backtest.mutate(manifest);
            }}
          >
            {backtest.isPending ? t.check.backtest.testing : t.check.backtest.submit}
          </button>
          <button type="submit" className="button-first" disabled={check.isPending}>
            {check.isPending ? t.check.checking : t.check.submit}
          </button>
        </div>
      </form>
      <div aria-live="polite">
        {check.error && <ProblemNotice error={check.error} />}
        {check.data?.canaries.map((canary) => (
          <Checked key={`${canary.namespace}/${canary.name}`} canary={canary} manifest={check.variables} />
        ))}
        {backtest.error && <ProblemNotice error={backtest.error} />}
        {backtest.data && <Backtested answer={backtest.data} />}
      </div>
    </>
  );
}
