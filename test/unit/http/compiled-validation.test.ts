import 'reflect-metadata';
import { Transform, Type } from 'class-transformer';
import { IsInt, IsString, ValidateNested } from 'class-validator';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CommandEnvelopeDto } from '../../../src/command-bus/envelope.dto.js';
import { compileValidation } from '../../../src/http/compiled-validation.js';
import { validatedInFull } from '../../../src/http/validation.js';
import {
  AcceptShareRequestDto,
  PushTagDto,
  RecordDeploymentDto,
  ShareImageDto,
} from '../../../src/images/commands/image-commands.dto.js';
import { ImagePathDto, TagPathDto } from '../../../src/http/image-path.dto.js';
import { CreateImageDto, PushTagBodyDto } from '../../../src/images/images.dto.js';

const digest = `sha256:${'a'.repeat(64)}`;

/** For every class a valid input, to be damaged at random. */
const inputs: readonly (readonly [new () => object, Readonly<Record<string, unknown>>])[] = [
  [PushTagBodyDto, { digest, size: 1, mediaType: 'a/b', platforms: ['linux/amd64'] }],
  [PushTagDto, { workspace: 'w', resourceType: 'job', name: 'n', tag: 't', digest, size: 0 }],
  [CreateImageDto, { resourceType: 'agents', name: 'a/b', image: 'docker.io/x:y', generation: 'mk3' }],
  [ShareImageDto, { workspace: 'w', resourceType: 'job', name: 'n', targetWorkspace: 'v', targetAccountId: 'acme' }],
  [AcceptShareRequestDto, { workspace: 'w', shareId: '6f1d0a8e-9a0c-4a44-8d58-3e4c3e2f0a11', force: true }],
  [RecordDeploymentDto, { workspace: 'w', resourceType: 'job', name: 'n', kind: 'job', deployment: 'd', digest }],
  [ImagePathDto, { resourceType: 'sandbox', imageName: 'x:v1' }],
  [TagPathDto, { resourceType: 'sandbox', imageName: 'x', tagName: 'v1' }],
];

const anything = fc.oneof(
  fc.constantFrom('', 'x', 'linux/amd64', digest, '../..', 'Ünïcode', -1, 0, 1.5, Number.NaN, true, undefined),
  fc.string(),
  fc.integer(),
  fc.array(fc.oneof(fc.string(), fc.integer(), fc.constant('linux/arm64'))),
  fc.object(),
);

function inFull(type: new () => object, plain: Readonly<Record<string, unknown>>): object | 'refused' {
  try {
    return validatedInFull(type, plain);
  } catch {
    return 'refused';
  }
}

describe('compiled validation', () => {
  it.each(inputs)('of %o accepts what is valid', (type, valid) => {
    const compiled = compileValidation(type);
    expect(compiled?.(valid)).toEqual(validatedInFull(type, valid));
  });

  it.each(inputs)(
    'of %o never accepts what class-validator refuses, nor makes another instance of it',
    (type, valid) => {
      const compiled = compileValidation(type);
      const keys = [...Object.keys(valid), 'unknown', '__proto__', 'constructor'];
      const damage = fc.array(fc.tuple(fc.constantFrom(...keys), anything), { minLength: 1, maxLength: 3 });
      fc.assert(
        fc.property(damage, (changes) => {
          const damaged: Record<string, unknown> = { ...valid };
          for (const [key, value] of changes) {
            Object.defineProperty(damaged, key, { value, enumerable: true, configurable: true, writable: true });
          }
          const passed = compiled?.(damaged);
          const full = inFull(type, damaged);
          if (full === 'refused') expect(passed).toBeUndefined();
          else if (passed !== undefined) expect(passed).toEqual(full);
        }),
        { numRuns: 300 },
      );
    },
  );

  it('accepts every valid input itself, so that the slow way is for faults only', () => {
    const compiled = compileValidation(PushTagBodyDto);
    fc.assert(
      fc.property(fc.nat(), fc.option(fc.constant('a/b'), { nil: undefined }), (size, mediaType) => {
        expect(compiled?.({ digest, size, ...(mediaType !== undefined && { mediaType }) })).toBeInstanceOf(
          PushTagBodyDto,
        );
      }),
    );
  });

  it('leaves classes alone that nest or transform', () => {
    class Inner {
      @IsInt()
      n!: number;
    }
    class Nested {
      @ValidateNested()
      @Type(() => Inner)
      inner!: Inner;
    }
    class Transformed {
      @IsString()
      @Transform(({ value }: { value: unknown }) => String(value).trim())
      text!: string;
    }
    expect(compileValidation(Nested)).toBeUndefined();
    expect(compileValidation(Transformed)).toBeUndefined();
    expect(compileValidation(CommandEnvelopeDto)).toBeDefined();
  });
});
