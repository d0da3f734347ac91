/** Keeps the end of a program's output, where its report and its errors stand. */
export class Tail {
  private kept = Buffer.alloc(0);
  private cut = false;

  /** @param limit bytes */
  constructor(private readonly limit: number) {}

  push(chunk: Buffer): void {
    const all = Buffer.concat([this.kept, chunk]);
    this.cut ||= all.length > this.limit;
    this.kept = all.subarray(-this.limit);
  }

  text(): string {
    return (this.cut ? '… ' : '') + this.kept.toString('utf8');
  }
}
