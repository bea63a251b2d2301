import pg from 'pg';

/** Runs one statement on a connection of its own. */
export async function runStatement(statement: string, url: string): Promise<pg.QueryResult> {
  const client = new pg.Client({ connectionString: url });
  // A server that goes away is told of by the statement.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await client.query(statement);
  } finally {
    await client.end();
  }
}
