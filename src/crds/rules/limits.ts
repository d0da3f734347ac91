import type { Complaint } from '../refusal.js';
import { firstOf, type Rule } from './rule.js';

/** Rules for what the API server would refuse later: names and numbers that are too long or too large. */

/** Suffixes of generated objects, the longest first. */
const PRIMARY = '-primary';
/** Former contents of a primary are saved under its name and a hash. */
const SNAPSHOT = `${PRIMARY}-s1000000000000`;

const LONGEST_SERVICE = 63;
const LONGEST_OBJECT = 253;
const INT32 = 2_147_483_647;
/** A Lease holds a release for three intervals, in seconds. */
const TERMS = 3;
/** Timers count milliseconds. */
const DAY_SECONDS = 86_400;

/** Three Services get their names from one, and names of Services are host names. */
export const serviceNamesFit: Rule = ({ service, targetRef }) => {
  const own = service?.name;
  const name = own || targetRef.name;
  const field = own ? 'spec.service.name' : 'spec.targetRef.name';
  const otherwise = own ? '' : ', or set spec.service.name';
  const longest = LONGEST_SERVICE - PRIMARY.length;
  if (name.length > longest) {
    const remedy = `the Service ${shortened(name)}${PRIMARY} would have more than ${LONGEST_SERVICE} characters: use a name of at most ${longest}${otherwise}`;
    return { field, value: name, remedy };
  }
  if (/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(name)) return undefined;
  const remedy = `Services are made of it: use lower case letters, digits and "-" only${otherwise}`;
  return { field, value: name, remedy };
};

export const workloadNamesFit: Rule = ({ targetRef, autoscalerRef }) =>
  fits('spec.targetRef.name', targetRef.name, SNAPSHOT) ??
  (autoscalerRef && fits('spec.autoscalerRef.name', autoscalerRef.name, PRIMARY));

function fits(field: string, name: string, suffix: string): Complaint | undefined {
  const longest = LONGEST_OBJECT - suffix.length;
  if (name.length <= longest) return undefined;
  const remedy = `what is made of it, ${shortened(name)}${PRIMARY}, would have a name that is too long: use at most ${longest} characters`;
  return { field, value: name, remedy };
}

export const timesFit: Rule = ({ analysis, progressDeadlineSeconds = 0 }) => {
  if (progressDeadlineSeconds > INT32) {
    const remedy = `use at most ${INT32}: Kubernetes counts seconds in 32 bits`;
    return { field: 'spec.progressDeadlineSeconds', value: progressDeadlineSeconds, remedy };
  }
  const longest = Math.floor(INT32 / TERMS);
  if (analysis.interval.seconds > longest) {
    const remedy = `use at most ${longest}s: a Lease counts three intervals in seconds, and ends at ${INT32}`;
    return { field: 'spec.analysis.interval', value: analysis.interval.text, remedy };
  }
  return firstOf(analysis.webhooks ?? [], ({ timeout }, index) =>
    timeout === undefined || timeout.seconds <= DAY_SECONDS
      ? undefined
      : { field: `spec.analysis.webhooks[${index}].timeout`, value: timeout.text, remedy: 'use at most 24h' },
  );
};

/** Attempts of a webhook: half a minute apart, they block a release for an hour. */
const MOST_RETRIES = 100;

export const countsFit: Rule = ({ analysis, autoscalerRef }) => {
  const bounds = Object.entries(autoscalerRef?.primaryScalerReplicas ?? {});
  const many = bounds.find(([, value]) => typeof value === 'number' && value > INT32);
  if (many) {
    const field = `spec.autoscalerRef.primaryScalerReplicas.${many[0]}`;
    return { field, value: many[1], remedy: `use at most ${INT32}: Kubernetes counts pods in 32 bits` };
  }
  return firstOf(analysis.webhooks ?? [], ({ retries = 0 }, index) =>
    retries <= MOST_RETRIES
      ? undefined
      : {
          field: `spec.analysis.webhooks[${index}].retries`,
          value: retries,
          remedy: `use at most ${MOST_RETRIES}: nothing is judged while one goes on being asked`,
        },
  );
};

function shortened(name: string): string {
  const shown = 20;
  return name.length > shown ? `${name.slice(0, shown)}…` : name;
}

/**
 * A release's spec is kept in its Lease, in an annotation beside others: an object's annotations are limited to 256 KiB
 * together. No real spec is that large; `kubectl apply`, which keeps it in an annotation too, couldn't write it.
 */
const LARGEST_SPEC_BYTES = 128 * 1024;

/** @param spec as it is in the cluster */
export function complaintAboutSize(spec: unknown): Complaint | undefined {
  const bytes = Buffer.byteLength(JSON.stringify(spec) ?? '');
  if (bytes <= LARGEST_SPEC_BYTES) return undefined;
  const [kib, most] = [bytes, LARGEST_SPEC_BYTES].map((size) => Math.ceil(size / 1024));
  return {
    field: 'spec',
    value: `${kib} KiB`,
    remedy: `use at most ${most} KiB: a copy of it is kept in an annotation`,
  };
}
