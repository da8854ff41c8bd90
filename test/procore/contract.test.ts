import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { z } from 'zod';
import * as fields from '../../procore/fields.ts';
import { vendor } from '../../procore/vendors.ts';
import { type JsonSchema, READS, recordOf, resolved, typesOf } from './contract.ts';

/** A value of each JSON type, as the document's formats ask for. */
const SAMPLES: Record<string, (schema: JsonSchema, isDecimal: boolean) => unknown[]> = {
  null: () => [null],
  boolean: () => [true],
  integer: () => [4711],
  number: () => [12.5],
  string: ({ enum: values }, isDecimal) =>
    values?.filter((value) => value !== null) ?? [isDecimal ? '12.50' : 'some text'],
};

/** Says where a schema of ours and the document's do not fit: a field it does not have, or values we would refuse. */
function misfits(ours: z.ZodType, theirs: JsonSchema, at: string): string[] {
  const inner = bare(ours);
  const schema = resolved(theirs);
  if (inner instanceof z.ZodObject) {
    if (schema.properties === undefined) return isAnything(schema) ? [] : [`${at} is no object in the contract`];
    return Object.entries(inner.shape as Record<string, z.ZodType>).flatMap(([name, field]) => {
      const property = schema.properties?.[name];
      if (property === undefined) return isEchoed(schema, name) ? [] : [`${at}.${name} is not in the contract`];
      return misfits(field, property, `${at}.${name}`);
    });
  }
  if (inner instanceof z.ZodRecord)
    return typesOf(theirs).includes('object') ? [] : [`${at} is no object in the contract`];
  if (inner instanceof z.ZodArray) {
    if (schema.items === undefined) return [`${at} is no list in the contract`];
    return misfits(inner.element as z.ZodType, schema.items, `${at}[]`);
  }
  if (inner instanceof z.ZodUnion && schema.properties !== undefined) {
    const each = (inner.options as z.ZodType[]).map((one) => misfits(one, theirs, at));
    return each.find((complaints) => complaints.length === 0) ?? each.flat();
  }
  if (isAnything(schema)) return [];
  const isDecimal = ours === fields.decimal;
  const samples = typesOf(theirs).flatMap((type) => SAMPLES[type]?.(schema, isDecimal) ?? [`no ${type}`]);
  return samples
    .filter((sample) => !ours.safeParse(sample).success)
    .map((sample) => `${at} would refuse ${JSON.stringify(sample)}`);
}

/** A refused row of a sync names what we sent beside the errors, without the document listing each attribute. */
const isEchoed = (schema: JsonSchema, name: string) =>
  schema.properties?.errors !== undefined && schema.additionalProperties === true && name === 'origin_data';

/** The document leaves some values open: `{}`. */
const isAnything = (schema: JsonSchema) => schema.type === undefined && schema.properties === undefined;

/** What a field checks first: without its null, its default and what is made of it afterwards. */
function bare(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodPipe) return bare(schema.def.in as z.ZodType);
  if (schema instanceof z.ZodNullable || schema instanceof z.ZodOptional) return bare(schema.unwrap() as z.ZodType);
  return schema;
}

test.each(READS)('every field of "%s" stands in the contract with a type we accept', (name, schema, method, path) => {
  expect(misfits(schema, recordOf(method, path), name)).toEqual([]);
});

test.each<[string, z.ZodType, string]>([
  ['a misnamed field', vendor.extend({ emial_address: fields.text }), 'vendor.emial_address is not in the contract'],
  ['a wrong type', vendor.extend({ is_active: fields.text }), 'vendor.is_active would refuse true'],
  ['a field that may be null', vendor.extend({ city: z.string() }), 'vendor.city would refuse null'],
  [
    'a misnamed field further in',
    vendor.extend({ business_register: fields.optional(z.object({ abn: fields.text })) }),
    'vendor.business_register.abn is not in the contract',
  ],
  ['a list that is none', vendor.extend({ name: fields.rows(fields.text) }), 'vendor.name is no list in the contract'],
])('the check finds %s', (_, broken, complaint) => {
  expect(misfits(broken, recordOf('get', '/rest/v1.0/vendors'), 'vendor')).toEqual([complaint]);
});

test('no schema of the client is left out of the check', () => {
  const folder = new URL('../../procore/', import.meta.url);
  const checked = new Set(READS.map(([, schema]) => schema));
  const notRecords = ['fields.ts'];
  return Promise.all(
    readdirSync(folder)
      .filter((file) => file.endsWith('.ts') && !notRecords.includes(file))
      .filter((file) => /z\.object\(/.test(readFileSync(new URL(file, folder), 'utf8')))
      .map(async (file) => {
        const exports = Object.entries(
          (await import(/* @vite-ignore */ new URL(file, folder).href)) as Record<string, unknown>,
        );
        for (const [name, value] of exports) {
          if (value instanceof z.ZodType) expect(checked.has(value), `${file}: ${name}`).toBe(true);
        }
      }),
  );
});
