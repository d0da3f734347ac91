/**
 * Processes items, some at a time, and yields the results in the order of the items. It runs no further ahead than
 * that: a caller that stops causes no more work.
 *
 * @param count at the same time
 */
export async function* ahead<T, R>(
  items: AsyncIterable<T> | Iterable<T>,
  count: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const under: Promise<{ readonly result: R } | { readonly error: unknown }>[] = [];
  // An error is thrown when its turn comes, and is no unhandled rejection before.
  const settled = (item: T) =>
    work(item).then(
      (result) => ({ result }),
      (error: unknown) => ({ error }),
    );
  for await (const item of items) {
    under.push(settled(item));
    if (under.length >= count) yield await next(under);
  }
  while (under.length > 0) yield await next(under);
}

async function next<R>(under: Promise<{ readonly result: R } | { readonly error: unknown }>[]): Promise<R> {
  const first = await under.shift();
  if (first === undefined) throw new Error('there is nothing under way');
  if ('error' in first) throw first.error;
  return first.result;
}
