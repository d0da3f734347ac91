import type { ArchivedSummary } from './document.js';
import type { ReleaseFilter } from './port.js';

/** Mark of an unverified name. */
const UNVERIFIED = ' (unverified)';

/** The names of a person for a filter. */
export function actorsOf({ triggeredBy, actors }: Pick<ArchivedSummary, 'triggeredBy' | 'actors'>): readonly string[] {
  return unique([triggeredBy, ...actors].flatMap((name) => [name, withoutEnd(name, UNVERIFIED)]));
}

/** The images of a release for a filter: each whole, and without its tag and digest. */
export function imagesOf(images: readonly string[]): readonly string[] {
  return unique(images.flatMap((image) => [image, repositoryOf(image)]));
}

/** `registry:5000/team/app:1.2@sha256:…` is of `registry:5000/team/app`. */
function repositoryOf(image: string): string {
  const [named = image] = image.split('@');
  return named.replace(/:[^:/]*$/, '');
}

/** Whether a release passes a filter. */
export function isWanted(release: ArchivedSummary, filter: ReleaseFilter): boolean {
  const { namespace, name, outcome, since, until, actor, image } = filter;
  return (
    release.cluster === filter.cluster &&
    (namespace === undefined || release.namespace === namespace) &&
    (name === undefined || release.name === name) &&
    (outcome === undefined || release.outcome === outcome) &&
    (since === undefined || Date.parse(release.endedAt) >= since.getTime()) &&
    (until === undefined || Date.parse(release.startedAt) < until.getTime()) &&
    (actor === undefined || actorsOf(release).includes(actor)) &&
    (image === undefined || imagesOf(bothImages(release)).includes(image))
  );
}

export function bothImages({ images }: Pick<ArchivedSummary, 'images'>): readonly string[] {
  return [...images.before, ...images.after];
}

function withoutEnd(text: string, end: string): string {
  return text.endsWith(end) ? text.slice(0, -end.length) : text;
}

function unique(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)];
}
