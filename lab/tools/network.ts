const CONNECT_TIMEOUT_MS = 2_000;

/** Thrown when a host can't be reached at all, as opposed to a host that answers with an error. */
export class NoNetworkError extends Error {
  override readonly name = 'NoNetworkError';
}

/**
 * Downloads from the sites of official releases. The first time a host can't be reached within two
 * seconds, the machine counts as offline and every later download is refused at once: nobody should wait
 * once per program to learn the same thing.
 */
export class Network {
  #offline = false;

  async fetch(url: string): Promise<Response> {
    if (this.#offline) throw new NoNetworkError('no network');
    const connecting = new AbortController();
    const timer = setTimeout(() => connecting.abort(), CONNECT_TIMEOUT_MS);
    let response: Response;
    try {
      response = await fetch(url, { signal: connecting.signal });
    } catch (error) {
      this.#offline = true;
      throw new NoNetworkError(`${new URL(url).host} can't be reached`, { cause: error });
    } finally {
      clearTimeout(timer);
    }
    if (!response.ok) throw new Error(`${url}: HTTP ${response.status}`);
    return response;
  }
}
