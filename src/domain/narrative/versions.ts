/** The versions before and after a release, in people's words. */
export interface Versions {
  /** Missing where nothing ran before. */
  readonly from?: string;
  /** Missing where the images are the same: something else of the pod template changes. */
  readonly to?: string;
}

const DIGEST_SHOWN = 12;

/**
 * Names the versions of a workload by the tags of its images, else by their digests. Of several containers only the
 * first that changes is named, followed by the number of others that change.
 *
 * @param before images that ran, main containers first
 * @param after images that are released
 * @returns nothing where no image is known
 */
export function versionsOf(before: readonly string[], after: readonly string[]): Versions {
  const changed = after.filter((image) => !before.includes(image));
  const [first] = changed;
  if (first === undefined) {
    const [same] = before;
    return same === undefined ? {} : { from: versionOf(same) };
  }
  const former = formerOf(first, before, after);
  const more = changed.length > 1 ? ` +${changed.length - 1}` : '';
  if (former === undefined) return { to: `${versionOf(first)}${more}` };
  return { ...apart(former, first, more) };
}

/** The image of the same repository, else the one at the same place. */
function formerOf(image: string, before: readonly string[], after: readonly string[]): string | undefined {
  const same = before.find((other) => partsOf(other).repository === partsOf(image).repository);
  const there = before[after.indexOf(image)];
  return same ?? (there !== undefined && !after.includes(there) ? there : undefined);
}

/** Two versions with the same tag are distinguished by their digests, else by their repositories. */
function apart(former: string, image: string, more: string): Versions {
  const [from, to] = [versionOf(former), versionOf(image)];
  if (from !== to) return { from, to: `${to}${more}` };
  const [a, b] = [partsOf(former), partsOf(image)];
  if (a.digest !== undefined && b.digest !== undefined && a.digest !== b.digest)
    return { from: short(a.digest), to: `${short(b.digest)}${more}` };
  return { from: former, to: `${image}${more}` };
}

function versionOf(image: string): string {
  const { tag, digest } = partsOf(image);
  return tag ?? (digest === undefined ? 'latest' : short(digest));
}

function short(digest: string): string {
  return (digest.split(':')[1] ?? digest).slice(0, DIGEST_SHOWN);
}

interface Parts {
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: string;
}

/** A colon before the last slash belongs to a port. */
function partsOf(image: string): Parts {
  const [name = '', digest] = image.split('@');
  const colon = name.indexOf(':', name.lastIndexOf('/') + 1);
  return {
    repository: colon < 0 ? name : name.slice(0, colon),
    ...(colon < 0 ? {} : { tag: name.slice(colon + 1) }),
    ...(digest === undefined ? {} : { digest }),
  };
}
