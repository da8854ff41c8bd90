import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseJson } from '../../procore/json.ts';
import { type JsonSchema, READS, recordOf, resolved, typesOf } from './contract.ts';

const noise = fc.dictionary(
  fc.string({ minLength: 1 }).map((key) => `extra ${key}`),
  fc.jsonValue({ maxDepth: 1 }),
  { maxKeys: 2 },
);
const decimalText = fc
  .tuple(fc.integer({ min: -1e9, max: 1e9 }), fc.integer({ min: 0, max: 4 }))
  .map(([n, places]) => (n / 100).toFixed(places));

/** Anything the contract allows there, and what its notes say to expect on top: nulls, missing keys, new keys, new enum values. */
function values(schema: JsonSchema, name = ''): fc.Arbitrary<unknown> {
  const real = resolved(schema);
  if (real.properties !== undefined) return object(real);
  if (real.items !== undefined) return fc.array(values(real.items), { maxLength: 3 });
  const types = typesOf(real).filter((type) => type !== 'null');
  const isMoney = MONEY.test(name) || real.format === 'decimal' || real.pattern !== undefined;
  const options = types.map((type): fc.Arbitrary<unknown> => {
    if (type === 'boolean') return fc.boolean();
    if (type === 'integer') return fc.maxSafeNat();
    if (isMoney) return fc.oneof(decimalText, fc.float({ noNaN: true, noDefaultInfinity: true }));
    if (type === 'number') return fc.float({ noNaN: true, noDefaultInfinity: true });
    if (type === 'string') return fc.oneof(fc.string(), fc.constantFrom(...(real.enum ?? ['new_value'])));
    return fc.jsonValue({ maxDepth: 1 });
  });
  return fc.option(fc.oneof(...options, ...(options.length === 0 ? [fc.jsonValue({ maxDepth: 1 })] : [])), { freq: 3 });
}

/** The fields we read as decimals; other strings may hold any text. */
const MONEY =
  /^(amount|quantity|hours|lunch_time|unit_cost|total_amount|extended_amount|grand_total|approved_change_orders|total_requisitions_amount|total_payments|pending_change_orders|draft_change_orders_amount|rate1|original_budget_amount|scheduled_\w+|net_amount|materials_presently_stored|tax_applicable_to_this_payment|work_completed_(from|this)_\w+|work_completed_retainage_(from|retained|released)_\w+)$/;

function object(schema: JsonSchema): fc.Arbitrary<Record<string, unknown>> {
  const known = Object.entries(schema.properties ?? {});
  // The document allows a null id where it says so; elsewhere a record always has one.
  const record = fc.record(
    Object.fromEntries(
      known.map(([name, property]) => [name, hasId(name, schema) ? idOf(property) : values(property, name)]),
    ),
    { requiredKeys: schema.required?.includes('id') ? ['id'] : [] },
  );
  return fc.tuple(record, noise).map(([row, extra]) => ({ ...extra, ...row }));
}

const hasId = (name: string, schema: JsonSchema) => name === 'id' && schema.required?.includes('id') === true;
const idOf = (property: JsonSchema) =>
  typesOf(property).includes('string')
    ? fc.uuid()
    : fc.oneof(fc.maxSafeNat(), fc.bigInt({ min: 2n ** 53n, max: 2n ** 63n }).map(Digits.of));

/** A number of more digits than a float has, as it stands in an answer's text. */
class Digits {
  static of(value: bigint): Digits {
    return new Digits(value);
  }
  readonly value: bigint;
  constructor(value: bigint) {
    this.value = value;
  }
  toJSON() {
    return `exactly ${this.value} digits`;
  }
}
const textOf = (row: unknown) => JSON.stringify(row).replace(/"exactly (\d+) digits"/g, '$1');

test.each(READS)('any "%s" the contract allows is read', (_, schema, method, path) => {
  fc.assert(
    fc.property(object(recordOf(method, path)), (row) => {
      const result = schema.safeParse(parseJson(textOf(row)));
      expect(result.error?.issues ?? []).toEqual([]);
      if (row.id instanceof Digits) expect(result.data).toHaveProperty('id', String(row.id.value));
    }),
    { numRuns: 60 },
  );
});
