import { answer, type Answer } from '../http/answer.js';
import type { Payload } from '../http/payload.js';
import { permitBash, permitCommand, permitProgram, type Permission, type Rules } from './permission.js';
import { redactCommand } from './redact.js';
import type { Task, TaskRunner } from './runner.js';

/** The texts that Go's `strconv.ParseBool` takes for true. */
const GO_TRUE: ReadonlySet<string> = new Set(['1', 't', 'T', 'true', 'TRUE', 'True']);

/** Runs the tasks in payloads' metadata. */
export class Tasks {
  constructor(
    private readonly runner: TaskRunner,
    private readonly rules: Rules,
  ) {}

  async answer(payload: Payload): Promise<Answer> {
    const { metadata } = payload;
    if (Object.keys(metadata).length === 0) return answer(400, 'metadata not found in payload');
    const type = metadata['type'] ?? 'cmd';
    switch (type) {
      case 'cmd':
        return this.start(payload, permitCommand, (task) => this.queue(task));
      case 'bash':
        return this.start(payload, permitBash, (task) => this.wait(task, isTrue(metadata['returnCmdOutput'])));
      case 'helm':
      case 'helmv3':
      case 'kubectl':
        return this.start(payload, permitProgram(type === 'kubectl' ? 'kubectl' : 'helm'), (task) =>
          this.wait(task, isTrue(metadata['returnCmdOutput'])),
        );
      case 'ngrinder':
      case 'concord':
        return answer(
          400,
          `task type ${type} is not supported: use type cmd or bash, with a program that asks ${type}`,
        );
      default:
        return answer(400, `unknown task type ${type}`);
    }
  }

  private async start(
    { name, namespace, metadata }: Payload,
    permit: (command: string, rules: Rules) => Permission,
    go: (task: Task) => Answer | Promise<Answer>,
  ): Promise<Answer> {
    const command = metadata['cmd']?.trim() ?? '';
    if (command === '') return answer(400, 'cmd not found in metadata');
    const permission = permit(command, this.rules);
    if (!permission.ok) return answer(403, permission.problem);
    if (this.runner.full) return answer(429, 'too many tasks are running');
    return go({
      canary: `${name}.${namespace}`,
      command,
      shown: redactCommand(command),
      argv: permission.argv,
      variables: permission.variables ?? {},
      logOutput: isWaitedFor(metadata['type']) || isTrue(metadata['logCmdOutput']),
    });
  }

  private queue(task: Task): Answer {
    this.runner.enqueue(task);
    return answer(202);
  }

  private async wait(task: Task, returnOutput: boolean): Promise<Answer> {
    const { output, error } = await this.runner.run(task);
    if (error !== undefined) return answer(500, `command ${task.shown} failed: ${output}: ${error}`);
    return answer(200, returnOutput ? output : '');
  }
}

/** A task whose caller waits is always logged, as in Flagger. */
function isWaitedFor(type = 'cmd'): boolean {
  return type !== 'cmd';
}

function isTrue(text: string | undefined): boolean {
  return text !== undefined && GO_TRUE.has(text);
}
