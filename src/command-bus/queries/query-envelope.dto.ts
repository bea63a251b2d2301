import { IsObject, IsOptional, IsString, Matches, MaxLength, MinLength } from 'class-validator';

/** A question on its way over the bus. */
export class QueryEnvelopeDto {
  /** Comes back with the answer. */
  @IsOptional()
  @Matches(/^[\x21-\x7e]{1,128}$/, { message: 'id must have 1 to 128 visible ASCII characters' })
  id?: string;

  /** The name of the question, such as ListImages. */
  @IsString()
  @MinLength(1)
  @MaxLength(64)
  type!: string;

  /** The question's payload. */
  @IsObject()
  data!: Record<string, unknown>;
}
