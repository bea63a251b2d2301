import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, Matches, MaxLength, MinLength } from 'class-validator';

/** Which images of a workspace, by how they are shared. */
export type SharedDirection = 'in' | 'out' | 'none';

const directions: readonly SharedDirection[] = ['in', 'out', 'none'];

/** Part of an image's name; may be left out. */
export function NamePart(): PropertyDecorator {
  return applyDecorators(
    IsOptional(),
    Matches(/^\P{Cc}{1,200}$/u, {
      message: '$property must have 1 to 200 characters, none of them a control character',
    }),
    ApiProperty({ type: 'string', pattern: '^\\P{Cc}{1,200}$' }),
  );
}

/** A {@link SharedDirection}; may be left out. */
export function SharedFilter(): PropertyDecorator {
  return applyDecorators(IsOptional(), IsIn(directions), ApiProperty({ type: 'string', enum: [...directions] }));
}

/** A time in RFC 3339 or a position, told apart where it is used; may be left out. */
export function Moment(): PropertyDecorator {
  return applyDecorators(
    IsOptional(),
    IsString(),
    MinLength(1),
    MaxLength(64),
    ApiProperty({ type: 'string', minLength: 1, maxLength: 64 }),
  );
}
