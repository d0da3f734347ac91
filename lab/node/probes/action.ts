import { spawn } from 'node:child_process';
import { request } from 'node:http';
import { connect } from 'node:net';

/** What a probe does, with the container's ports already turned into real ones. */
export type ProbeAction =
  | {
      readonly kind: 'http';
      readonly host: string;
      readonly port: number;
      readonly path: string;
      readonly headers: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'exec'; readonly command: readonly string[]; readonly env: Readonly<Record<string, string>> }
  /** A probe that can only fail, like one of a port that isn't there. */
  | { readonly kind: 'impossible'; readonly why: string };

export interface ProbeAnswer {
  readonly success: boolean;
  /** Why it failed, in words like the kubelet's. */
  readonly message: string;
}

const SUCCESS: ProbeAnswer = { success: true, message: '' };

/** Carries a probe out once. Never rejects: whatever goes wrong is a failed probe. */
export async function runProbe(action: ProbeAction, timeoutMs: number): Promise<ProbeAnswer> {
  switch (action.kind) {
    case 'http':
      return probeHttp(action, timeoutMs);
    case 'tcp':
      return probeTcp(action, timeoutMs);
    case 'exec':
      return probeExec(action.command, action.env, timeoutMs);
    case 'impossible':
      return failure(action.why);
  }
}

function failure(message: string): ProbeAnswer {
  return { success: false, message };
}

function probeHttp({ host, port, path, headers }: ProbeAction & { kind: 'http' }, timeoutMs: number) {
  return new Promise<ProbeAnswer>((resolve) => {
    const signal = AbortSignal.timeout(timeoutMs);
    const asked = request({
      host,
      port,
      path,
      headers: { 'user-agent': 'kube-probe/lab', connection: 'close', ...headers },
      agent: false,
      signal,
    });
    asked.once('response', (answer) => {
      answer.resume();
      const code = answer.statusCode ?? 0;
      resolve(code >= 200 && code < 400 ? SUCCESS : failure(`HTTP probe failed with statuscode: ${code}`));
    });
    asked.once('error', (error) => {
      resolve(failure(signal.aborted ? 'context deadline exceeded' : error.message));
    });
    asked.end();
  });
}

function probeTcp({ host, port }: ProbeAction & { kind: 'tcp' }, timeoutMs: number) {
  return new Promise<ProbeAnswer>((resolve) => {
    const socket = connect({ host, port });
    const end = (answer: ProbeAnswer) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(timeoutMs, () => end(failure('connection timed out')));
    socket.once('connect', () => end(SUCCESS));
    socket.once('error', (error) => end(failure(error.message)));
  });
}

function probeExec(command: readonly string[], env: Readonly<Record<string, string>>, timeoutMs: number) {
  return new Promise<ProbeAnswer>((resolve) => {
    const [file = 'false', ...args] = command;
    const child = spawn(file, args, { env, stdio: 'ignore', timeout: timeoutMs, killSignal: 'SIGKILL' });
    child.once('error', (error) => resolve(failure(error.message)));
    child.once('exit', (code, signal) => {
      if (code === 0) return resolve(SUCCESS);
      resolve(failure(signal ? `command timed out` : `command ended with exit code ${code}`));
    });
  });
}
