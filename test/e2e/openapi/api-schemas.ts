import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import type { Schema } from './api-document.js';

/** Validates values by the schemas of a document, and keeps which properties and variants of them it has seen. */
export class ApiSchemas {
  readonly #ajv: Ajv2020;
  readonly #compiled = new WeakMap<Schema, ValidateFunction>();
  readonly #seen = new Set<string>();

  constructor(private readonly components: Readonly<Record<string, Schema>>) {
    // Words of OpenAPI that say nothing about what is valid.
    this.#ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true, verbose: true });
    this.#ajv.addVocabulary(['example', 'discriminator']);
    formats.default(this.#ajv);
    for (const [name, schema] of Object.entries(components)) this.#ajv.addSchema(schema, name);
  }

  /** What is wrong with a value; nothing when it is as the schema says. */
  faults(schema: Schema, value: unknown): readonly string[] {
    const validate = this.#validator(schema);
    if (validate(value)) return [];
    return (validate.errors ?? []).map(({ instancePath, message, params }) =>
      [instancePath || 'the whole', message, JSON.stringify(params)].join(' '),
    );
  }

  /** Notes what of a schema a value has; it must be valid. */
  note(schema: Schema, value: unknown, path = ''): void {
    const at = placeOf(schema) ?? path;
    const resolved = this.#resolved(schema);
    this.#seen.add(at);
    for (const [index, variant] of variantsOf(resolved).entries()) {
      if (this.#validator(variant)(value)) this.note(variant, value, `${at}[${index}]`);
    }
    if (Array.isArray(value)) {
      const items = partOf(resolved, 'items');
      for (const item of value) if (items !== undefined) this.note(items, item, `${at}[]`);
    } else if (typeof value === 'object' && value !== null) {
      const fields: ReadonlyMap<string, unknown> = new Map(Object.entries(value));
      for (const [name, property] of propertiesOf(resolved)) {
        if (fields.has(name)) this.note(property, fields.get(name), `${at}.${name}`);
      }
    }
  }

  /** Properties and variants of these schemas, at any depth, that no noted value had. */
  unseen(schemas: readonly Schema[]): readonly string[] {
    const places = new Set<string>();
    for (const schema of schemas) this.#collect(schema, '', places);
    return [...places].filter((place) => !this.#seen.has(place)).sort();
  }

  /** The components that these schemas refer to, at any depth. */
  reachable(schemas: readonly Schema[]): ReadonlySet<string> {
    const places = new Set<string>();
    for (const schema of schemas) this.#collect(schema, '', places);
    return new Set(Object.keys(this.components).filter((name) => places.has(name)));
  }

  #collect(schema: Schema, path: string, places: Set<string>): void {
    const name = placeOf(schema);
    if (name !== undefined && places.has(name)) return;
    const at = name ?? path;
    const resolved = this.#resolved(schema);
    places.add(at);
    for (const [index, variant] of variantsOf(resolved).entries()) this.#collect(variant, `${at}[${index}]`, places);
    const items = partOf(resolved, 'items');
    if (items !== undefined) this.#collect(items, `${at}[]`, places);
    for (const [field, property] of propertiesOf(resolved)) this.#collect(property, `${at}.${field}`, places);
  }

  #validator(schema: Schema): ValidateFunction {
    let validate = this.#compiled.get(schema);
    if (validate === undefined) {
      validate = this.#ajv.compile(schema);
      this.#compiled.set(schema, validate);
    }
    return validate;
  }

  #resolved(schema: Schema): Schema {
    const name = placeOf(schema);
    if (name === undefined) return schema;
    const found = this.components[name];
    if (found === undefined) throw new Error(`the document has no schema ${name}`);
    return found;
  }
}

/** The component that a schema refers to. */
function placeOf({ $ref }: Schema): string | undefined {
  return typeof $ref === 'string' ? $ref : undefined;
}

function variantsOf({ anyOf, oneOf }: Schema): readonly Schema[] {
  return [anyOf, oneOf].flatMap((list) => (Array.isArray(list) ? list.filter(isSchema) : []));
}

function partOf(schema: Schema, keyword: string): Schema | undefined {
  const part = schema[keyword];
  return isSchema(part) ? part : undefined;
}

function propertiesOf(schema: Schema): readonly (readonly [string, Schema])[] {
  return Object.entries(partOf(schema, 'properties') ?? {}).filter((entry): entry is [string, Schema] =>
    isSchema(entry[1]),
  );
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
