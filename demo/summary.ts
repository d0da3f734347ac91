import { complaintsAbout, type ReleaseResult } from './release/result.js';

/** The places where more can be seen; those that aren't there are null. */
export interface Links {
  readonly temporalUi: string | null;
  readonly serinus: string | null;
}

/** What `--json` prints as its last line. */
export interface Summary extends Links {
  /** Whether both releases went as they should. */
  readonly ok: boolean;
  readonly seconds: number;
  /** What kept the demo from coming to its end. */
  readonly error?: string;
  readonly releases: readonly ReleaseSummary[];
}

export interface ReleaseSummary extends Omit<ReleaseResult, 'plan'> {
  readonly kind: 'good' | 'bad';
  readonly version: string;
  readonly expected: string;
  readonly asExpected: boolean;
}

/** @param planned how many releases there should be */
export function summaryOf(
  results: readonly ReleaseResult[],
  about: Links & { readonly planned: number; readonly seconds: number; readonly error?: string | undefined },
): Summary {
  const { planned, error, seconds, temporalUi, serinus } = about;
  const releases = results.map(releaseSummary);
  return {
    ok: error === undefined && releases.length === planned && releases.every(({ asExpected }) => asExpected),
    seconds,
    ...(error === undefined ? {} : { error }),
    temporalUi,
    serinus,
    releases,
  };
}

function releaseSummary({ plan, ...result }: ReleaseResult): ReleaseSummary {
  const { kind, version, expected } = plan;
  return { kind, version, expected, asExpected: complaintsAbout({ plan, ...result }).length === 0, ...result };
}
