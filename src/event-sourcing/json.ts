/** A value that survives `JSON.stringify` and `JSON.parse` unchanged. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** A JSON object, the shape of every event's data and metadata. */
export type JsonObject = Readonly<Record<string, Json>>;
