/** Resolves when the signal is aborted; at once where it has been already. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => whenAborted(signal, resolve));
}

/** Acts once, when the signal is aborted: at once if it has been already, which a listener would miss. */
export function whenAborted(signal: AbortSignal, act: () => void): void {
  if (signal.aborted) act();
  else signal.addEventListener('abort', act, { once: true });
}
