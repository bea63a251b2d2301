/** Two logs cannot be made the same, or are not. The message says where and what to do; nothing was written over. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError';
}
