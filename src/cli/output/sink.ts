import { once } from 'node:events';
import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { CliError, UsageError } from '../cli-error.js';

/** Where long output goes, no faster than it is taken. */
export interface Sink {
  write(text: string): Promise<void>;
  /** Nothing is lost when it has ended. */
  close(): Promise<void>;
}

/** A stream of the process, which stays open. */
export class StreamSink implements Sink {
  constructor(private readonly stream: Writable) {}

  async write(text: string): Promise<void> {
    if (!this.stream.write(text)) await once(this.stream, 'drain');
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

const bufferedCharacters = 65_536;

/** A new file that only its owner can read. */
export class FileSink implements Sink {
  private buffered = '';

  private constructor(
    private readonly file: string,
    private readonly handle: FileHandle,
  ) {}

  /** An existing file is not overwritten: it may be evidence. @throws UsageError */
  static async create(file: string): Promise<FileSink> {
    try {
      return new FileSink(file, await open(file, 'wx', 0o600));
    } catch (error) {
      throw new UsageError(`cannot write ${file}: ${messageOf(error)}`);
    }
  }

  /** @throws CliError when the disk does not take it */
  async write(text: string): Promise<void> {
    this.buffered += text;
    if (this.buffered.length >= bufferedCharacters) await this.flush();
  }

  /** @throws CliError when the disk does not take the rest */
  async close(): Promise<void> {
    try {
      await this.flush();
    } finally {
      await this.handle.close();
    }
  }

  private async flush(): Promise<void> {
    const text = this.buffered;
    this.buffered = '';
    try {
      await this.handle.appendFile(text);
    } catch (error) {
      throw new CliError(`cannot write ${this.file}: ${messageOf(error)}`);
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
