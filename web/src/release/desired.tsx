import type { Release } from '../api/types.js';
import { useLanguage } from '../i18n/language.js';
import { Command } from '../ui/copy.js';

/** After an undo: how to make the target equal to what runs. */
export function Desired({ desired }: { readonly desired: NonNullable<Release['desired']> }) {
  const { t } = useLanguage();
  return (
    <section className="card" aria-labelledby="desired-title">
      <h2 id="desired-title">{t.desired.title}</h2>
      <p>{t.desired.text}</p>
      <Command>{desired.command}</Command>
      <details>
        <summary>{t.desired.patch}</summary>
        <pre className="patch" tabIndex={0} lang="en">
          {JSON.stringify(desired.patch, null, 2)}
        </pre>
      </details>
    </section>
  );
}
