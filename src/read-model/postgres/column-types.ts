import pg from 'pg';

/**
 * How values of columns are read: as elsewhere, but that 64-bit integers are numbers, as on the embedded database.
 * For one pool alone: other users of the driver in this process keep their own.
 */
export const columnTypes: pg.CustomTypesConfig = {
  getTypeParser(...[type, format]: Parameters<typeof pg.types.getTypeParser>): unknown {
    return type === pg.types.builtins.INT8 && format !== 'binary' ? exactNumber : pg.types.getTypeParser(type, format);
  },
};

/** @throws RangeError when the number would not be exact */
function exactNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`${text} is beyond the integers that are exact here`);
  return value;
}
