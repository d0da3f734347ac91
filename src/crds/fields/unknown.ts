import type { z } from 'zod';
import { structuralSchema, type StructuralSchema } from '../structural.js';

/** A field that the schema doesn't have: the API server silently drops it. */
export interface UnknownField {
  /** From the object's root: `spec.autoscalerRef.canaryScalerReplicas`. */
  readonly field: string;
  /** Where it belongs, or what is meant, if that can be guessed. */
  readonly hint: string | undefined;
}

/** Field names of the API of 2019, with their present names. */
const RENAMED: Readonly<Record<string, string>> = {
  'spec.canaryAnalysis': 'it is called spec.analysis since v1beta1',
};

/** A user's mistake hardly has more; a hostile object may. */
const MOST = 50;

/** All fields of one schema, to compare objects with. */
export class KnownFields {
  /** Paths of fields by their last name: suggests the right place of a misplaced field. */
  private readonly places = new Map<string, string[]>();

  constructor(
    private readonly schema: StructuralSchema,
    private readonly root: string,
  ) {
    this.index(schema, root);
  }

  static of(schema: z.ZodType, root: string): KnownFields {
    return new KnownFields(structuralSchema(schema), root);
  }

  /** @param value what a user has written, before the API server has dropped anything; at most 50 are named */
  unknownIn(value: unknown): readonly UnknownField[] {
    const found: UnknownField[] = [];
    this.walk(this.schema, value, this.root, found);
    return found;
  }

  private walk(schema: StructuralSchema, value: unknown, path: string, found: UnknownField[]): void {
    if (typeof value !== 'object' || value === null || found.length >= MOST) return;
    if (Array.isArray(value)) {
      const items = part(schema, 'items');
      if (items) value.forEach((entry, index) => this.walk(items, entry, `${path}[${index}]`, found));
      return;
    }
    const properties = part(schema, 'properties');
    const others = part(schema, 'additionalProperties');
    if (!properties && !others) return;
    for (const [key, below] of Object.entries(value)) {
      const field = `${path}.${key}`;
      const known = (properties && Object.hasOwn(properties, key) && (properties[key] as StructuralSchema)) || others;
      if (known) this.walk(known, below, field, found);
      else if (found.length < MOST) found.push({ field, hint: this.hintFor(field, key) });
    }
  }

  private hintFor(field: string, key: string): string | undefined {
    const renamed = RENAMED[field];
    if (renamed !== undefined) return renamed;
    const places = this.places.get(key.toLowerCase()) ?? [];
    return places.length === 0 ? undefined : `it belongs to ${places.slice(0, 2).join(' or ')}`;
  }

  private index(schema: StructuralSchema, path: string): void {
    const items = part(schema, 'items');
    if (items) this.index(items, `${path}[]`);
    for (const [key, below] of Object.entries(part(schema, 'properties') ?? {})) {
      const places = this.places.get(key.toLowerCase()) ?? [];
      this.places.set(key.toLowerCase(), [...places, `${path}.${key}`]);
      this.index(below as StructuralSchema, `${path}.${key}`);
    }
  }
}

function part(schema: StructuralSchema, keyword: string): StructuralSchema | undefined {
  const value = schema[keyword];
  return typeof value === 'object' && value !== null ? (value as StructuralSchema) : undefined;
}
