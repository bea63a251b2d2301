import { IsObject, IsOptional, IsString, Matches, MaxLength, MinLength } from 'class-validator';

/** A command on its way over the bus. */
export class CommandEnvelopeDto {
  /** Chosen by the sender, a UUID for example. The same id again: the same answer, no second effect. */
  @Matches(/^[\x21-\x7e]{1,128}$/, { message: 'id must have 1 to 128 visible ASCII characters' })
  id!: string;

  /** The name of the command, such as PushTag. */
  @IsString()
  @MinLength(1)
  @MaxLength(64)
  type!: string;

  /** The command's payload. */
  @IsObject()
  data!: Record<string, unknown>;

  /** In whose name, when it is not the sender's own: user:SUB or service-account:ID. */
  @IsOptional()
  @Matches(/^(user|service-account):[\x21-\x7e]{1,255}$/, {
    message: 'principal must be user:SUB or service-account:ID',
  })
  principal?: string;

  /** Ties commands together. Default: that of the request. */
  @IsOptional()
  @Matches(/^[\x21-\x7e]{1,128}$/, { message: 'correlationId must have 1 to 128 visible ASCII characters' })
  correlationId?: string;

  /** What led to the command: the id of an event or a command. */
  @IsOptional()
  @Matches(/^[\x21-\x7e]{1,256}$/, { message: 'causationId must have 1 to 256 visible ASCII characters' })
  causationId?: string;

  /** Why, in the sender's words. */
  @IsOptional()
  @IsString()
  @MaxLength(500)
  reason?: string;
}
