import { WorkflowNotFoundError, isGrpcServiceError, type Client } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import { releaseIdOf, type CanaryKey } from '../../domain/identity.js';
import { NOTHING_OFFLOADED, type Offloaded, type RecordEntry } from '../../domain/record/record.js';
import { archiveIdOf, type ArchiveInput } from '../../workflows/contract.js';

/** A run or its result, with only the last part of a long record. */
interface Carrier {
  readonly canary: CanaryKey;
  readonly record: readonly RecordEntry[];
  readonly recordDropped: number;
  readonly handedOver?: Offloaded;
}

/** Pieces that are cached. They never change, and watchers of a release request them again and again. */
const REMEMBERED = 100;
/** `NOT_FOUND` of gRPC. */
const NOT_FOUND = 5;

/** The pieces of long records, which runs have passed to other workflows. */
export class Pieces {
  private readonly known = new Map<string, readonly RecordEntry[]>();

  constructor(private readonly client: Client) {}

  /**
   * The carrier with its whole record. Entries that Temporal no longer has count as dropped.
   *
   * @param first id of the release's first run
   * @throws whatever Temporal's client throws
   */
  async joined<T extends Carrier>(carrier: T, first: string): Promise<T> {
    const { canary, record, recordDropped, handedOver = NOTHING_OFFLOADED } = carrier;
    const { chunks, entries } = handedOver;
    if (chunks === 0) return carrier;
    const release = releaseIdOf(canary, first);
    const ids = Array.from({ length: chunks }, (_, index) => archiveIdOf(canary.cluster, release, index + 1));
    const earlier = (await Promise.all(ids.map((id) => this.piece(id)))).flat();
    return {
      ...carrier,
      record: [...earlier, ...record],
      recordDropped: recordDropped + entries - earlier.length,
      handedOver: { ...handedOver, entries: 0, chunks: 0 },
    };
  }

  private async piece(workflowId: string): Promise<readonly RecordEntry[]> {
    const known = this.known.get(workflowId);
    if (known) return known;
    const found = await this.read(workflowId);
    if (found.length > 0) this.known.set(workflowId, found);
    for (const oldest of this.known.keys()) {
      if (this.known.size <= REMEMBERED) break;
      this.known.delete(oldest);
    }
    return found;
  }

  /** The pieces are the input of the archiving workflow, which is in its first event. */
  private async read(workflowId: string): Promise<readonly RecordEntry[]> {
    try {
      const { history } = await this.client.workflowService.getWorkflowExecutionHistory({
        namespace: this.client.options.namespace,
        execution: { workflowId },
        maximumPageSize: 1,
      });
      const [input] = history?.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
      const part = input && defaultPayloadConverter.fromPayload<ArchiveInput>(input);
      return part?.part === 'record' ? part.entries : [];
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return [];
      if (isGrpcServiceError(error) && Number(error.code) === NOT_FOUND) return [];
      throw error;
    }
  }
}
