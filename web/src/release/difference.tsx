import { useLanguage } from '../i18n/language.js';

/** A place at which two pod templates differ. */
export interface TemplateDifference {
  readonly path: string;
  readonly a?: unknown;
  readonly b?: unknown;
}

/** Where two templates differ, place by place. */
export function Difference({ places }: { readonly places: readonly TemplateDifference[] }) {
  const { t } = useLanguage();
  return (
    <section className="card" aria-labelledby="difference-title">
      <h2 id="difference-title">{t.difference.title}</h2>
      {places.length === 0 ? (
        <p className="muted">{t.difference.none}</p>
      ) : (
        <dl className="difference" lang="en">
          {places.map(({ path, a, b }) => (
            <div key={path}>
              <dt>
                <code>{path}</code>
              </dt>
              {a !== undefined && (
                <dd className="removed">
                  <span aria-hidden="true">− </span>
                  <span className="visually-hidden">{t.difference.before}: </span>
                  <code>{written(a)}</code>
                </dd>
              )}
              {b !== undefined && (
                <dd className="added">
                  <span aria-hidden="true">+ </span>
                  <span className="visually-hidden">{t.difference.after}: </span>
                  <code>{written(b)}</code>
                </dd>
              )}
            </div>
          ))}
        </dl>
      )}
    </section>
  );
}

function written(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Images before and after a release, by name: most releases change only these. */
export function imageDifferences(before: readonly string[], after: readonly string[]): readonly TemplateDifference[] {
  const [old, now] = [byName(before), byName(after)];
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((name) => {
    const [a, b] = [old.get(name), now.get(name)];
    return a === b ? [] : [{ path: name, ...(a !== undefined && { a }), ...(b !== undefined && { b }) }];
  });
}

/** Without its tag and digest an image has the same name in all versions. */
function byName(images: readonly string[]): ReadonlyMap<string, string> {
  return new Map(images.map((image) => [image.replace(/@.*$/, '').replace(/:[\w.-]+$/, ''), image]));
}
