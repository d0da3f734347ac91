import type { Release } from '../api/types.js';
import { useLanguage } from '../i18n/language.js';

/** Lines of the difference between the two templates, as the archive keeps it. */
export function Difference({ release }: { readonly release: Release }) {
  const { t } = useLanguage();
  const text = differenceIn(release);
  if (text === undefined) return null;
  return (
    <section className="card" aria-labelledby="difference-title">
      <h2 id="difference-title">{t.difference.title}</h2>
      {text === '' ? (
        <p className="muted">{t.difference.none}</p>
      ) : (
        <pre className="difference" tabIndex={0} lang="en">
          {text.split('\n').map((line, index) => (
            <span key={index} className={lookOf(line)}>
              {line}
              {'\n'}
            </span>
          ))}
        </pre>
      )}
    </section>
  );
}

/** @returns undefined where the release has none with it */
function differenceIn(release: Release): string | undefined {
  const templates: unknown = 'templates' in release ? release.templates : undefined;
  if (typeof templates !== 'object' || templates === null || !('difference' in templates)) return undefined;
  return typeof templates.difference === 'string' ? templates.difference : undefined;
}

function lookOf(line: string): string | undefined {
  if (line.startsWith('+')) return 'added';
  return line.startsWith('-') ? 'removed' : undefined;
}
