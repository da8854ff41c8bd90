import { readFileSync } from 'node:fs';
import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';
import type { Call, Result } from '../engine/api.ts';

export interface Violation {
  at: string;
  direction: 'request' | 'response' | 'webhook';
  operation: string;
  message: string;
}

type Json = Record<string, unknown>;

interface Operation {
  id: string;
  method: string;
  path: string;
  expression: RegExp;
  parameters: { name: string; in: string; required: boolean; pointer: string; schema: Json }[];
}

const ERROR_BODY = '#/components/schemas/ErrorBody';

/** violations kept; the count goes on */
const KEPT = 1000;

/**
 * Holds requests and answers against the OpenAPI document. Objects with named properties are closed,
 * so a misnamed field is a violation in either direction. Schemas are compiled when they are first met.
 */
export class ContractCheck {
  readonly violations: Violation[] = [];
  readonly operationsSeen = new Set<string>();
  count = 0;
  checked = 0;
  readonly #document: Json;
  readonly #operations: Operation[];
  readonly #strict: Ajv;
  readonly #coercing: Ajv;
  readonly #compiled = new Map<string, ValidateFunction>();

  constructor() {
    const text = readFileSync(new URL('./procore-openapi.yaml', import.meta.url), 'utf8');
    this.#document = parse(text, { maxAliasCount: -1 }) as Json;
    close(this.#document);
    this.#operations = readOperations(this.#document);
    this.#strict = this.#ajv(false);
    this.#coercing = this.#ajv(true);
  }

  request(method: string, path: string, call: Call, headers: Record<string, unknown>): void {
    if (path === '/oauth/authorize' && method === 'POST') return;
    const operation = this.#find(method, path);
    if (operation === null) {
      this.#violate('request', `${method} ${path}`, 'there is no such operation');
      return;
    }
    this.checked += 1;
    this.operationsSeen.add(operation.id);
    this.#parameters(operation, call.url, headers);
    const type = String(headers['content-type'] ?? '').split(';')[0]!;
    const hasBody = Array.isArray(call.body) ? true : Object.keys(call.body).length > 0 || call.files.length > 0;
    const content = ['requestBody', 'content'];
    const declared = this.#at(operation, content);
    if (!hasBody) {
      if (this.#at(operation, ['requestBody', 'required']) === true)
        this.#violate('request', operation.id, 'a body is required');
      return;
    }
    if (declared === undefined) {
      this.#violate('request', operation.id, 'a body is not expected');
      return;
    }
    if ((declared as Json)[type] === undefined) {
      this.#violate('request', operation.id, `content type ${type} is not accepted`);
      return;
    }
    const pointer = [...content, type, 'schema'];
    const multipart = type !== 'application/json';
    const body = multipart ? structuredClone(call.body) : call.body;
    if (multipart)
      for (const { field, filename } of call.files)
        body[field] = [...((body[field] as unknown[] | undefined) ?? []), filename];
    this.#validate('request', operation, pointer, body, multipart);
  }

  response(call: Call, result: Result): void {
    const path = call.url.split('?')[0]!;
    if (path === '/oauth/authorize') return;
    const operation = this.#find(call.method, path);
    if (operation === null) return;
    this.checked += 1;
    const response = this.#at(operation, ['responses', String(result.status)]) as Json | undefined;
    if (response === undefined) {
      // No operation lists every refusal it can give (a missing company header is 400 everywhere).
      if (result.status < 400) this.#violate('response', operation.id, `status ${result.status} is not listed`);
      else if (typeof result.body === 'object')
        this.#validateAt('response', operation.id, ERROR_BODY, result.body, false);
      return;
    }
    const reference = response.$ref as string | undefined;
    const base = reference === undefined ? this.#pointer(operation, ['responses', String(result.status)]) : reference;
    const content = (this.#resolve(base) as Json).content as Json | undefined;
    const type =
      result.html !== undefined ? 'text/html' : typeof result.body === 'string' ? 'text/plain' : 'application/json';
    if (content === undefined) {
      if (result.body !== undefined) this.#violate('response', operation.id, 'a body is not expected');
      return;
    }
    if (content[type] === undefined) {
      this.#violate('response', operation.id, `content type ${type} is not listed`);
      return;
    }
    const body = result.body === undefined ? null : JSON.parse(JSON.stringify(result.body));
    this.#validateAt('response', operation.id, `${base}/content/${token(type)}/schema`, body, false);
  }

  webhook(version: string, payload: unknown): void {
    const schema = { 'v2.0': 'WebhookEventV2', 'v3.0': 'WebhookEventV3', 'v4.0': 'WebhookEventV4' }[version];
    if (schema === undefined) {
      this.#violate('webhook', version, 'there is no such payload version');
      return;
    }
    this.checked += 1;
    this.#validateAt('webhook', schema, `#/components/schemas/${schema}`, payload, false);
  }

  clear(): void {
    this.violations.length = 0;
    this.count = 0;
    this.checked = 0;
    this.operationsSeen.clear();
  }

  #parameters(operation: Operation, url: string, headers: Record<string, unknown>): void {
    const query = new URLSearchParams(url.split('?')[1] ?? '');
    const given = new Map<string, string[]>();
    for (const [name, value] of query) {
      const known = operation.parameters.find(
        (parameter) => parameter.in === 'query' && sameName(parameter.name, name),
      );
      if (known === undefined) {
        this.#violate('request', operation.id, `query parameter ${name} is not known`);
        continue;
      }
      given.set(known.name, [...(given.get(known.name) ?? []), value]);
    }
    for (const parameter of operation.parameters) {
      if (parameter.in === 'header') {
        if (parameter.required && headers[parameter.name.toLowerCase()] === undefined) {
          this.#violate('request', operation.id, `header ${parameter.name} is missing`);
        }
        continue;
      }
      if (parameter.in !== 'query') continue;
      const values = given.get(parameter.name);
      if (values === undefined) {
        if (parameter.required) this.#violate('request', operation.id, `query parameter ${parameter.name} is missing`);
        continue;
      }
      const list = values.flatMap((value) => /^\[(.*)\]$/.exec(value)?.[1]?.split(',') ?? [value]);
      const value = parameter.schema.type === 'array' ? list : list.length > 1 ? list : values[0];
      // Several ids in a filter that the document types as one value: contract section 1.5 accepts both.
      for (const one of Array.isArray(value) && parameter.schema.type !== 'array' ? value : [value]) {
        this.#validateAt('request', operation.id, `${parameter.pointer}/schema`, one, true);
      }
    }
  }

  #validate(
    direction: Violation['direction'],
    operation: Operation,
    path: string[],
    value: unknown,
    coerce: boolean,
  ): void {
    this.#validateAt(direction, operation.id, this.#pointer(operation, path), value, coerce);
  }

  #validateAt(direction: Violation['direction'], name: string, pointer: string, value: unknown, coerce: boolean): void {
    const key = `${coerce} ${pointer}`;
    let validate = this.#compiled.get(key);
    if (validate === undefined) {
      const schema = { type: 'object', properties: { value: { $ref: `contract${pointer}` } } };
      validate = (coerce ? this.#coercing : this.#strict).compile(schema);
      this.#compiled.set(key, validate);
    }
    if (validate({ value })) return;
    for (const error of (validate.errors ?? []).slice(0, 5)) {
      const extra = (error.params as { additionalProperty?: string }).additionalProperty;
      const where = error.instancePath.replace(/^\/value/, '') || 'body';
      this.#violate(direction, name, `${where} ${error.message}${extra === undefined ? '' : ` (${extra})`}`);
    }
  }

  #violate(direction: Violation['direction'], operation: string, message: string): void {
    this.count += 1;
    if (this.violations.length < KEPT)
      this.violations.push({ at: new Date().toISOString(), direction, operation, message });
  }

  #find(method: string, path: string): Operation | null {
    return this.#operations.find((one) => one.method === method && one.expression.test(path)) ?? null;
  }

  #pointer(operation: Operation, path: string[]): string {
    return `#/${['paths', operation.path, operation.method.toLowerCase(), ...path].map(token).join('/')}`;
  }

  #at(operation: Operation, path: string[]): unknown {
    return this.#resolve(this.#pointer(operation, path));
  }

  #resolve(pointer: string): unknown {
    const steps = pointer.slice(2).split('/').map(untoken);
    return steps.reduce<unknown>((node, step) => (node as Json | undefined)?.[step], this.#document);
  }

  #ajv(coerceTypes: boolean): Ajv {
    const ajv = new Ajv({ strict: false, allErrors: true, coerceTypes, validateSchema: false, logger: false });
    addFormats.default(ajv);
    for (const format of ['int64', 'float', 'binary']) ajv.addFormat(format, true);
    ajv.addFormat('decimal', /^[-+]?\d+(\.\d+)?$/);
    ajv.addSchema(this.#document, 'contract');
    return ajv;
  }
}

const token = (step: string): string => encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1'));
const untoken = (step: string): string => decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~');

const sameName = (declared: string, given: string): boolean =>
  declared.replace(/\[\]$/, '') === given.replace(/\[\]$/, '');

/** Closes every object that names its properties, and drops an enum that is a sentence, not a list of values. */
function close(node: unknown, open = false): void {
  if (Array.isArray(node)) {
    for (const one of node) close(one, open);
    return;
  }
  if (typeof node !== 'object' || node === null) return;
  const schema = node as Json;
  const isObject = typeof schema.properties === 'object' && [schema.type].flat().includes('object');
  if (isObject && schema.additionalProperties === undefined && !open) schema.additionalProperties = false;
  if (Array.isArray(schema.enum) && schema.enum.some((value) => String(value).startsWith('Any value')))
    delete schema.enum;
  for (const [key, value] of Object.entries(schema)) close(value, key === 'allOf');
}

function readOperations(document: Json): Operation[] {
  const operations: Operation[] = [];
  const components = document.components as Record<string, Json>;
  for (const [path, methods] of Object.entries(document.paths as Record<string, Json>)) {
    for (const [method, value] of Object.entries(methods)) {
      const operation = value as Json;
      if (operation.operationId === undefined) continue;
      const parameters = ((operation.parameters ?? []) as Json[]).map((one, index) => {
        const reference = one.$ref as string | undefined;
        const found = reference === undefined ? one : (components.parameters![reference.split('/').pop()!] as Json);
        const pointer = reference ?? `#/paths/${token(path)}/${method}/parameters/${index}`;
        return {
          name: String(found.name),
          in: String(found.in),
          required: found.required === true,
          pointer,
          schema: found.schema as Json,
        };
      });
      const expression = new RegExp(`^${path.replace(/[.]/g, '\\.').replace(/\{[^}]+\}/g, '[^/]+')}$`);
      operations.push({
        id: String(operation.operationId),
        method: method.toUpperCase(),
        path,
        expression,
        parameters,
      });
    }
  }
  // A fixed segment is a better match than a variable one: /vendors/sync before /vendors/{id}.
  return operations.sort((a, b) => (a.path.match(/\{/g)?.length ?? 0) - (b.path.match(/\{/g)?.length ?? 0));
}
