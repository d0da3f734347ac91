import { createHash } from 'node:crypto';
import { titleOf } from '../domain/approvals/approvals.js';
import { type ApprovalPolicy, type ApprovalRule } from '../domain/approvals/rules.js';
import { POLICY_GATES } from '../domain/approvals/gates.js';
import type { Strategy } from '../domain/policy.js';
import { readYaml, YamlProblem, type YamlBounds } from './bounded/yaml.js';
import { OWN_SETTINGS } from './own-settings.js';
import { approvalListSchema } from './schema/approvals.js';
import { complaints, type Complaint } from './refusal.js';

/**
 * Who must approve what, as a YAML list in an annotation of the Canary: the CustomResourceDefinition is Flagger's, and
 * prunes unknown fields.
 */
export const APPROVALS_ANNOTATION = 'serinus.dev/approvals';

const FIELD = `metadata.annotations["${APPROVALS_ANNOTATION}"]`;
const SHAPE = `write a YAML list of gates, such as "- gate: promotion"; a gate is ${POLICY_GATES.join(', ')}`;

type Annotations = Readonly<Record<string, string>>;
type Annotated = { readonly metadata: { readonly annotations?: Annotations | undefined } };

/** The parsed annotation, or everything that is wrong with it. */
export type ReadApprovals =
  | { readonly ok: true; readonly approvals: ApprovalPolicy | undefined }
  | { readonly ok: false; readonly complaints: readonly [Complaint, ...Complaint[]] };

/** The parts of a Canary's spec that decide which gates a release can reach. */
export interface Course {
  readonly strategy: Strategy;
  readonly provider: string;
  /** Traffic can be divided. */
  readonly routed: boolean;
  /** Names of the metrics that are compared with thresholds. */
  readonly metrics: readonly string[];
  /** Why a canary can't be compared with a fresh baseline, with the remedy; undefined where it can. */
  readonly refusedBaseline?: string | undefined;
}

/**
 * Distinguishes what a Canary's annotations demand of its releases, since a change of them raises no generation: the
 * approvals, and Serinus' own settings. Empty where there is neither.
 */
export function approvalsDigest({ metadata: { annotations } }: Annotated): string {
  const approvals = annotations?.[APPROVALS_ANNOTATION];
  const own = OWN_SETTINGS.flatMap((name) => {
    const text = annotations?.[name];
    return text === undefined ? [] : [[name, text]];
  });
  if (own.length === 0) return approvals === undefined ? '' : textDigest(approvals);
  return textDigest(JSON.stringify([approvals ?? null, own]));
}

function textDigest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** The annotations with other approvals; without any where undefined. */
export function withApprovals(annotations: Annotations | undefined, text: string | undefined): Annotations {
  const { [APPROVALS_ANNOTATION]: _present, ...others } = annotations ?? {};
  return text === undefined ? others : { ...others, [APPROVALS_ANNOTATION]: text };
}

/**
 * Parses the annotation. An entry that no release could ever reach is refused: a gate that a user has written must not
 * be missing silently.
 */
export function readApprovals(annotations: Annotations, course: Course): ReadApprovals {
  const text = annotations[APPROVALS_ANNOTATION];
  if (text === undefined) return { ok: true, approvals: undefined };
  const parsed = parseYaml(text);
  if ('complaint' in parsed) return { ok: false, complaints: [parsed.complaint] };
  const read = approvalListSchema.safeParse(parsed.value, { reportInput: true });
  const wrong = read.success
    ? contradictions(read.data, course)
    : complaints(read.error, parsed.value).map((one) => placed(one, text));
  const [first, ...others] = wrong;
  if (first) return { ok: false, complaints: [first, ...others] };
  if (!read.success) throw read.error;
  return { ok: true, approvals: { digest: textDigest(text), rules: read.data } };
}

/**
 * Many times the size of a real policy. Anyone with write access to a Canary may write this, and all releases wait
 * while it is parsed.
 */
export const APPROVALS_BOUNDS: YamlBounds = { characters: 16_384, tokens: 6_000, depth: 8 };

function parseYaml(text: string): { readonly value: unknown } | { readonly complaint: Complaint } {
  try {
    return { value: readYaml(text, APPROVALS_BOUNDS) };
  } catch (error) {
    if (!(error instanceof YamlProblem)) throw error;
    const remedy = `it can't be read as YAML (${error.message}): ${SHAPE}`;
    return { complaint: { field: FIELD, value: text, remedy } };
  }
}

/** `[1].needed` of the list, as a field of the Canary. */
function placed({ field, value, remedy }: Complaint, text: string): Complaint {
  if (field === 'object') return { field: FIELD, value: text, remedy: SHAPE };
  return { field: `${FIELD}${field.startsWith('[') ? '' : '.'}${field}`, value, remedy };
}

/** Contradictions between well-formed entries, or with the spec. */
function contradictions(rules: readonly ApprovalRule[], course: Course): readonly Complaint[] {
  return rules.flatMap((rule, index) => {
    const entry = `${FIELD}[${index}]`;
    const twin = rules.findIndex(({ gate, atWeight }) => gate === rule.gate && atWeight === rule.atWeight);
    if (twin < index) {
      return [{ field: `${entry}.gate`, value: titleOf(rule), remedy: `it is listed already, as entry ${twin}` }];
    }
    return unreachable(rule, entry, course);
  });
}

function unreachable({ gate, atWeight }: ApprovalRule, entry: string, course: Course): readonly Complaint[] {
  if (gate !== 'weight') return [];
  if (!course.routed) {
    const remedy = `the ${course.provider} provider moves no weights: use the gate promotion`;
    return [{ field: `${entry}.gate`, value: gate, remedy }];
  }
  const { strategy } = course;
  const top = strategy.kind === 'canary' ? strategy.maxWeight : 100;
  if (atWeight === undefined || atWeight <= top) return [];
  const remedy = `no release comes there: use a weight up to ${top}, the highest of the analysis`;
  return [{ field: `${entry}.at`, value: atWeight, remedy }];
}
