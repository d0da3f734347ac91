import type { LabState, ServerName } from '../types.js';

/** Asks the owner of a lab to do something, and waits until it has. */
export class ControlClient {
  constructor(readonly control: LabState['control']) {}

  stopServer(name: ServerName, signal?: NodeJS.Signals): Promise<void> {
    return this.#ask(`/servers/${name}/stop${signal ? `?signal=${signal}` : ''}`);
  }

  startServer(name: ServerName): Promise<void> {
    return this.#ask(`/servers/${name}/start`);
  }

  stopLab(): Promise<void> {
    return this.#ask('/stop');
  }

  async #ask(order: string): Promise<void> {
    const { url, token } = this.control;
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(url + order, { method: 'POST', headers });
    if (!response.ok) throw new Error(`the lab's owner refused ${order}: ${await response.text()}`);
  }
}
